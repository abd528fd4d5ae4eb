import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../common/clock.js';
import { APP_CONFIG, type AppConfig } from '../config/app-config.js';
import { type CataloguePlace, CatalogueRepository } from '../movies/catalogue.repository.js';
import { RunMovies } from '../runs/run-movies.repository.js';

/** The movies that a catalogue run has yet to select. */
export interface Portions {
  /** How many there are. */
  count(): Promise<number>;
  /** The next ones, at most `limit`; none at the end. Those that the run has recorded are left out. */
  next(limit: number): Promise<readonly number[]>;
}

/** Which movies of the catalogue are due. */
@Injectable()
export class DueCatalogue {
  constructor(
    private readonly catalogue: CatalogueRepository,
    private readonly runMovies: RunMovies,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  /** Movies that were never enriched, the most popular first; then what is stale. */
  of(runId: number): Portions {
    const query = { adult: this.config.catalogue.adult, except: this.runMovies.recorded(runId) };
    let after: CataloguePlace | null = null;
    return {
      count: () => this.catalogue.countDue({ ...query, now: this.clock.now() }),
      next: async (limit) => {
        const now = this.clock.now();
        const never = await this.catalogue.neverEnriched({ ...query, now, limit, after });
        after = never.at(-1) ?? after;
        if (never.length > 0) return never.map(({ id }) => id);
        return this.catalogue.stale({ ...query, now, limit });
      },
    };
  }
}
