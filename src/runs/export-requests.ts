import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { APP_CONFIG, type AppConfig } from '../config/app-config.js';
import type { Transaction } from '../database/prisma.service.js';
import { JobQueue } from '../queue/job-queue.js';
import { EXPORT_QUEUE, type ExportJob } from '../queue/queues.js';
import type { Run } from './run.js';

/** Requests a snapshot after each successful daily run, where EXPORT_DIR is set. */
@Injectable()
export class ExportRequests {
  constructor(
    private readonly queue: JobQueue,
    @Inject(APP_CONFIG) private readonly config: Pick<AppConfig, 'exports'>,
  ) {}

  /** In the transaction that ends the run, so that its snapshot is never lost. */
  async after({ id: runId, updateType, status }: Run, tx: Transaction): Promise<void> {
    if (this.config.exports.folder === null || updateType !== 'daily' || status !== 'SUCCESS') return;
    await this.queue.send(tx, EXPORT_QUEUE, [{ id: randomUUID(), data: { runId } satisfies ExportJob }]);
  }
}
