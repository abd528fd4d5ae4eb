import { Injectable, Logger } from '@nestjs/common';
import { EnrichmentService } from './enrichment-selection.js';
import { EnrichmentBatches } from './enrichment-batches.js';
import { EnrichMovies } from './enrich-movies.js';
import type { RunContext } from '../runs/run-context.js';
import { RunCheckpoint } from '../runs/run-checkpoint.repository.js';
import type { EnrichmentPlan, RunPlan } from '../runs/run-plan.js';

/** Chooses the movies whose details are due, and has them enriched: here, or by all workers in batches. */
@Injectable()
export class EnrichmentStage {
  private readonly logger = new Logger(EnrichmentStage.name);

  constructor(
    private readonly enrichment: EnrichmentService,
    private readonly movies: EnrichMovies,
    private readonly batches: EnrichmentBatches,
    private readonly journal: RunCheckpoint,
  ) {}

  /** Rejects only when the run can't go on; what failed otherwise is on record. */
  async run(plan: RunPlan, enrichment: EnrichmentPlan, context: RunContext): Promise<void> {
    const { runId } = context.hold;
    const total = context.enrichmentTotal ?? (await this.choose(plan, enrichment, context));
    const due = await this.journal.countDue(runId);
    context.tally.enrichmentPlanned(total, due);
    if (context.isQueued) await this.batches.untilDone(total, context);
    else await this.movies.enrichAll(total, context);
    this.logger.log({ event: 'movies.enriched', runId, due });
  }

  private async choose(plan: RunPlan, enrichment: EnrichmentPlan, context: RunContext): Promise<number> {
    const { hold, tally } = context;
    const choice = await this.enrichment.choose({
      ...enrichment,
      collected: tally.collected(),
      incremental: plan.incremental,
    });
    const total = await this.journal.transaction(async (tx) => {
      const planned = await this.journal.enrichmentPlanned(tx, hold, choice);
      if (context.isQueued) await this.batches.send(tx, hold.runId, planned);
      return planned;
    });
    if (context.isQueued) this.batches.wake();
    tally.freshSkipped(choice.fresh);
    return total;
  }
}
