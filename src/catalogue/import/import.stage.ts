import { Inject, Injectable, Logger } from '@nestjs/common';
import { CLOCK, type Clock } from '../../common/clock.js';
import { RANDOM, type Random } from '../../common/random.js';
import { retry } from '../../common/retry.js';
import { ExportRefusedError, itemError } from '../../runs/item-failure.js';
import { RunCheckpoint } from '../../runs/run-checkpoint.repository.js';
import type { RunContext } from '../../runs/run-context.js';
import { ExportFetchError } from '../../tmdb/tmdb-exports.js';
import { CatalogueImporter, type ImportReport } from './catalogue-importer.js';

type ImportContext = Pick<RunContext, 'lease' | 'signal'>;

/** A download that is interrupted begins again. */
const ATTEMPTS = 3;
/** The name of the exports among the sources of failures. */
const SOURCE = 'id_exports';

/** Imports the newest id exports. One that is not accepted is recorded with the run, which goes on with the rows it has. */
@Injectable()
export class ImportStage {
  private readonly logger = new Logger(ImportStage.name);

  constructor(
    private readonly importer: CatalogueImporter,
    private readonly checkpoint: RunCheckpoint,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(RANDOM) private readonly random: Random,
  ) {}

  /** Rejects only when the run can't go on. */
  async run(context: ImportContext): Promise<void> {
    const { lease } = context;
    try {
      const report = await this.import(context);
      if (report !== null) this.logger.log({ event: 'catalogue.imported', runId: lease.runId, ...report });
    } catch (error) {
      const refused = error instanceof ExportFetchError ? new ExportRefusedError(error.message) : error;
      if (!(refused instanceof ExportRefusedError)) throw error;
      this.logger.warn({ event: 'catalogue.refused', runId: lease.runId, reason: refused.message });
      const failure = itemError({ source: SOURCE }, refused, this.clock.now());
      await this.checkpoint.transaction((tx) => this.checkpoint.itemFailed(tx, lease, failure));
    }
  }

  private import({ lease, signal }: ImportContext): Promise<ImportReport | null> {
    const { clock, random } = this;
    return retry(() => this.importer.importNewest(lease, signal), {
      ...{ clock, random, signal, attempts: ATTEMPTS },
      isRetryable: (error) => error instanceof ExportFetchError && error.retryable,
    });
  }
}
