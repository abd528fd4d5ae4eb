import { Inject, Injectable } from '@nestjs/common';
import { ImportStage } from '../../catalogue/import/import.stage.js';
import { CatalogueEnrichment } from '../../enrichment/catalogue-enrichment.js';
import { EnrichmentStage } from '../../enrichment/enrichment.stage.js';
import type { RunContext } from '../../runs/run-context.js';
import { stopReasonOf, type StopReason } from '../../runs/run-ending.js';
import { APP_CONFIG, type AppConfig } from '../../config/app-config.js';
import { planFault, type RunPlan } from '../../runs/run-plan.js';
import { CollectStage } from '../collect/collect.stage.js';

/** The stages of a run, one after the other. */
@Injectable()
export class RunStages {
  constructor(
    private readonly collect: CollectStage,
    private readonly enrichment: EnrichmentStage,
    private readonly imports: ImportStage,
    private readonly catalogue: CatalogueEnrichment,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  /** @throws what neither TMDB nor an abort explains: a fault of the database or the program */
  async run(plan: RunPlan, context: RunContext): Promise<StopReason> {
    // The configuration may have changed since the run was queued.
    const fault = planFault(plan, this.config.catalogue);
    if (fault !== null) return { kind: 'failed', message: fault };
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
      progress.enterStage('importing');
      await this.imports.run(context);
      progress.enterStage('enriching');
      await this.catalogue.run(context);
      progress.enterStage('finishing');
      return;
    }
    await this.collect.run(plan, context);
    // If no list page could be fetched, do not mark movies as gone.
    if (plan.enrichment !== null && progress.hasPages()) {
      progress.enterStage('enriching');
      await this.enrichment.run(plan, plan.enrichment, context);
    }
    progress.enterStage('finishing');
  }
}
