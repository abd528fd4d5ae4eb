import { Injectable, Logger } from '@nestjs/common';
import { EnrichmentService } from '../enrichment/enrichment.service.js';
import { EnrichBatches } from './enrich-batches.js';
import { EnrichFilms } from './enrich-films.js';
import type { RunContext } from './run-context.js';
import { RunJournal } from './run-journal.repository.js';
import type { EnrichmentPlan, RunPlan } from './run-plan.js';

/** Chooses the films whose details are due, and has them enriched: here, or by all workers in batches. */
@Injectable()
export class EnrichStage {
  private readonly logger = new Logger(EnrichStage.name);

  constructor(
    private readonly enrichment: EnrichmentService,
    private readonly films: EnrichFilms,
    private readonly batches: EnrichBatches,
    private readonly journal: RunJournal,
  ) {}

  /** Rejects only when the run can't go on; what failed otherwise is on record. */
  async run(plan: RunPlan, enrichment: EnrichmentPlan, context: RunContext): Promise<void> {
    const { runId } = context.hold;
    const total = context.enrichTotal ?? (await this.choose(plan, enrichment, context));
    const due = await this.journal.countDue(runId);
    context.tally.enrichmentPlanned(total, due);
    if (context.isQueued) await this.batches.untilDone(total, context);
    else await this.films.enrichAll(total, context);
    this.logger.log({ event: 'films.enriched', runId, due });
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
