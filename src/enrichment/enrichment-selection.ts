import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../common/clock.js';
import { MoviesRepository } from '../movies/movies.repository.js';
import type { EnrichmentWork } from '../runs/run-movies.repository.js';
import type { EnrichmentPlan } from '../runs/run-plan.js';

export interface SelectionRequest extends EnrichmentPlan {
  /** Ids of the movies that the run's lists named. */
  readonly collected: readonly number[];
  /** False: all of them count as due. */
  readonly incremental: boolean;
}

/** Selects the movies whose details a run fetches. */
@Injectable()
export class EnrichmentSelection {
  constructor(
    private readonly movies: MoviesRepository,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Never-enriched movies first, then the most popular; behind them, all that are overdue. */
  async select({ collected, limit, incremental, alsoStored }: SelectionRequest): Promise<EnrichmentWork> {
    const now = this.clock.now();
    const { due, fresh } = await this.movies.dueAmong(collected, { limit, now, incremental });
    if (!alsoStored) return { ids: due, rest: null, fresh };
    const stored = await this.movies.dueStored({ limit, now });
    const ids = [...new Set([...due, ...stored])].slice(0, limit);
    return { ids, rest: this.movies.overdue(now), fresh };
  }
}
