import { Inject, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { APP_CONFIG, type AppConfig } from '../config/app-config.js';
import { describeFault } from '../database/errors/explain-error.js';
import { JobQueue } from '../queue/job-queue.js';
import { EXPORT_QUEUE, type ExportJob } from '../queue/queues.js';
import { Exporter } from './exporter.js';
import { EXPORT_FORMATS } from './manifest.js';
import { Snapshots } from './snapshots.js';

/** Writes the snapshots that successful daily runs have requested, where this process is a worker. */
@Injectable()
export class ExportJobs implements OnApplicationBootstrap {
  private readonly logger = new Logger(ExportJobs.name);

  constructor(
    private readonly queue: JobQueue,
    private readonly exporter: Exporter,
    private readonly snapshots: Snapshots,
    @Inject(APP_CONFIG) private readonly config: Pick<AppConfig, 'exports'>,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const { folder } = this.config.exports;
    if (folder === null) return;
    await this.queue.work<ExportJob>(EXPORT_QUEUE, 1, (job, signal) => this.export(folder, job, signal));
  }

  /** Rejects when the export is to be tried again. */
  private async export(folder: string, { runId }: ExportJob, signal: AbortSignal): Promise<void> {
    const options = { formats: EXPORT_FORMATS, gzip: false, signal };
    try {
      const { snapshot_time: snapshotTime, files } = await this.exporter.export(
        folder,
        options,
        (written, manifest) => this.snapshots.publish(folder, written, manifest),
      );
      const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
      this.logger.log({ event: 'export.written', runId, snapshotTime, files: files.length, bytes });
    } catch (error) {
      const reason = describeFault(error) ?? (error as Error).message;
      if (!signal.aborted) this.logger.warn({ event: 'export.failed', runId, reason });
      throw error;
    }
  }
}
