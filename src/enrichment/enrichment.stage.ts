import { Injectable, Logger } from '@nestjs/common';
import { RunCheckpoint } from '../runs/run-checkpoint.repository.js';
import type { RunContext } from '../runs/run-context.js';
import { RunMovies } from '../runs/run-movies.repository.js';
import type { EnrichmentPlan, RunPlan } from '../runs/run-plan.js';
import { EnrichmentBatches } from './enrichment-batches.js';
import { EnrichmentSelection } from './enrichment-selection.js';

/** Selects the movies whose details are due, and waits until all workers have enriched them in batches. */
@Injectable()
export class EnrichmentStage {
  private readonly logger = new Logger(EnrichmentStage.name);

  constructor(
    private readonly selection: EnrichmentSelection,
    private readonly batches: EnrichmentBatches,
    private readonly checkpoint: RunCheckpoint,
    private readonly runMovies: RunMovies,
  ) {}

  /** Rejects only when the run can't go on; other failures are recorded with it. */
  async run(plan: RunPlan, enrichment: EnrichmentPlan, context: RunContext): Promise<void> {
    const { runId } = context.lease;
    const total = context.enrichmentTotal ?? (await this.select(plan, enrichment, context));
    await this.batches.untilDone(total, context);
    this.logger.log({ event: 'movies.enriched', runId, total });
  }

  private async select(plan: RunPlan, enrichment: EnrichmentPlan, context: RunContext): Promise<number> {
    const { lease, storedMovies } = context;
    const { incremental } = plan;
    const work = await this.selection.select({ ...enrichment, collected: [...storedMovies], incremental });
    const total = await this.checkpoint.transaction(async (tx) => {
      const planned = await this.runMovies.plan(tx, lease, work);
      await this.batches.send(tx, lease.runId, planned);
      return planned;
    });
    this.batches.wake();
    return total;
  }
}
