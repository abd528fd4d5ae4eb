import { Inject, Injectable, Logger } from '@nestjs/common';
import { ChangesStage } from '../../catalogue/changes/changes.stage.js';
import { CLOCK, type Clock } from '../../common/clock.js';
import { EnrichmentStage } from '../../enrichment/enrichment.stage.js';
import { ContentPurge } from '../../movies/content-purge.repository.js';
import type { RunContext } from '../../runs/run-context.js';
import { stopReasonOf, type StopReason } from '../../runs/run-ending.js';
import type { RunPlan } from '../../runs/run-plan.js';
import { CollectStage } from '../collect/collect.stage.js';
import { CatalogueStages } from './catalogue-stages.js';

/** The stages of a run, one after the other. */
@Injectable()
export class RunStages {
  private readonly logger = new Logger(RunStages.name);

  constructor(
    private readonly collect: CollectStage,
    private readonly changes: ChangesStage,
    private readonly enrichment: EnrichmentStage,
    private readonly catalogue: CatalogueStages,
    private readonly purge: ContentPurge,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** @throws what neither TMDB nor an abort explains: a fault of the database or the program */
  async run(plan: RunPlan, context: RunContext): Promise<StopReason> {
    const reason = await this.untilStopped(plan, context);
    // Also when TMDB refuses to serve: then nothing is refreshed, and content expires.
    if (plan.updateType === 'daily' && ['completed', 'upstream', 'failed'].includes(reason.kind)) {
      const movies = await this.purge.emptyExpired(this.clock.now());
      if (movies > 0) this.logger.log({ event: 'movies.emptied', runId: context.lease.runId, movies });
    }
    return reason;
  }

  private async untilStopped(plan: RunPlan, context: RunContext): Promise<StopReason> {
    try {
      await this.inOrder(plan, context);
      return { kind: 'completed' };
    } catch (error) {
      // Once the run is aborted, other errors are consequences.
      const cause: unknown = context.signal.aborted ? context.signal.reason : error;
      const reason = stopReasonOf(cause);
      if (reason === null) throw cause;
      return reason;
    }
  }

  private async inOrder(plan: RunPlan, context: RunContext): Promise<void> {
    const { progress, signal } = context;
    signal.throwIfAborted();
    if (plan.enrichment?.catalogue === true) {
      await this.catalogue.run(plan, context);
      return;
    }
    await this.collect.run(plan, context);
    // If no list page could be fetched, do not mark movies as gone.
    if (plan.enrichment !== null && progress.hasPages()) {
      const isPlanned = context.enrichmentTotal !== null;
      if (plan.enrichment.followChanges === true && !isPlanned) await this.changes.run(context);
      progress.enterStage('enriching');
      await this.enrichment.run(plan, plan.enrichment, context);
    }
    progress.enterStage('finishing');
  }
}
