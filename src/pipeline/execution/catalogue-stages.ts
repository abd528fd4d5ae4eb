import { Inject, Injectable } from '@nestjs/common';
import { ChangesStage } from '../../catalogue/changes/changes.stage.js';
import { ImportStage } from '../../catalogue/import/import.stage.js';
import { APP_CONFIG, type AppConfig } from '../../config/app-config.js';
import { CatalogueEnrichment } from '../../enrichment/catalogue-enrichment.js';
import type { RunContext } from '../../runs/run-context.js';
import { RunAborted } from '../../runs/run-ending.js';
import { planFault, type RunPlan } from '../../runs/run-plan.js';

/** The stages of a catalogue run. Each time it resumes, it begins with the first: what is imported or read is not again. */
@Injectable()
export class CatalogueStages {
  constructor(
    private readonly imports: ImportStage,
    private readonly changes: ChangesStage,
    private readonly enrichment: CatalogueEnrichment,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  async run(plan: RunPlan, context: RunContext): Promise<void> {
    // The configuration may have changed since the run was queued.
    const fault = planFault(plan, this.config.catalogue);
    if (fault !== null) throw new RunAborted({ kind: 'failed', message: fault });
    context.progress.enterStage('importing');
    await this.imports.run(context);
    await this.changes.run(context);
    context.progress.enterStage('enriching');
    await this.enrichment.run(context);
    context.progress.enterStage('finishing');
  }
}
