import { Inject, Injectable, Logger } from '@nestjs/common';
import { CLOCK, type Clock } from '../common/clock.js';
import { MoviesRepository } from '../movies/movies.repository.js';
import { RunCheckpoint } from '../runs/run-checkpoint.repository.js';
import type { RunContext } from '../runs/run-context.js';
import { type EnrichmentWork, RunMovies } from '../runs/run-movies.repository.js';
import type { EnrichmentPlan, RunPlan } from '../runs/run-plan.js';
import { EnrichmentBatches } from './enrichment-batches.js';

/** Selects the movies whose details are due, and waits until all workers have enriched them in batches. */
@Injectable()
export class EnrichmentStage {
  private readonly logger = new Logger(EnrichmentStage.name);

  constructor(
    private readonly movies: MoviesRepository,
    private readonly batches: EnrichmentBatches,
    private readonly checkpoint: RunCheckpoint,
    private readonly runMovies: RunMovies,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Rejects only when the run can't go on; other failures are recorded with it. */
  async run(plan: RunPlan, enrichment: EnrichmentPlan, context: RunContext): Promise<void> {
    const { runId } = context.lease;
    const total = context.enrichmentTotal ?? (await this.plan(plan, enrichment, context));
    await this.batches.untilDone(total, context);
    this.logger.log({ event: 'movies.enriched', runId, total });
  }

  /** Records the movies to enrich and queues their batches. Returns how many movies there are. */
  private async plan(
    { incremental }: RunPlan,
    enrichment: EnrichmentPlan,
    { lease, storedMovies }: RunContext,
  ): Promise<number> {
    const work = await this.select([...storedMovies], enrichment, incremental);
    const total = await this.checkpoint.transaction(async (tx) => {
      const planned = await this.runMovies.plan(tx, lease, work);
      await this.batches.send(tx, lease.runId, planned);
      return planned;
    });
    this.batches.wake();
    return total;
  }

  /** Never-enriched movies first, unless incomplete ones are, then the most popular; behind them, all that are urgent. */
  private async select(
    collected: readonly number[],
    { limit, alsoStored, followChanges = false, incompleteFirst = false, refreshAll = false }: EnrichmentPlan,
    incremental: boolean,
  ): Promise<EnrichmentWork> {
    if (refreshAll) return { ids: [], rest: this.movies.all(), fresh: 0 };
    const now = this.clock.now();
    const first = new Set(incompleteFirst ? await this.movies.incomplete({ limit, now }) : []);
    const others = collected.filter((id) => !first.has(id));
    const { due, fresh } = await this.movies.dueAmong(others, {
      limit: limit - first.size,
      now,
      incremental,
    });
    const stored = alsoStored ? await this.movies.dueStored({ limit, now }) : [];
    const ids = [...new Set([...first, ...due, ...stored])].slice(0, limit);
    return { ids, rest: followChanges ? this.movies.urgent(now) : null, fresh };
  }
}
