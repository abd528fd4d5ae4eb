import { randomUUID } from 'node:crypto';
import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { StartupRetry } from '../../database/connection/startup-retry.js';
import { PrismaService, type Transaction } from '../../database/prisma.service.js';
import { JobQueue } from '../../queue/job-queue.js';
import { RUN_QUEUE, type RunJob } from '../../queue/queues.js';
import { CATALOGUE, presetPlan, type RunPlan, type UpdateType } from '../../runs/run-plan.js';
import type { RunOrigin } from '../../runs/run.js';
import { RunsRepository } from '../../runs/runs.repository.js';

/** Queues runs: recorded and in the queue in one transaction. */
@Injectable()
export class RunQueue implements OnApplicationBootstrap {
  private readonly logger = new Logger(RunQueue.name);

  constructor(
    private readonly prisma: PrismaService,
    private readonly queue: JobQueue,
    private readonly runs: RunsRepository,
    private readonly startupRetry: StartupRetry,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    if (this.queue.isStarted) await this.startupRetry.run(() => this.restoreJobs());
  }

  /** Queues a run, in the caller's transaction. Returns its id. */
  async enqueue(tx: Transaction, plan: RunPlan, origin: RunOrigin): Promise<number> {
    const jobId = randomUUID();
    const runId = await this.runs.add(tx, plan, origin, jobId);
    await this.send(tx, runId, plan.updateType, jobId);
    return runId;
  }

  /** Makes this process's worker look for runs now, after the transaction has committed. */
  wake(): void {
    this.queue.wake(RUN_QUEUE);
  }

  /**
   * Queues a scheduled run, in the caller's transaction, unless one of its type still waits. Returns the id of either.
   */
  async enqueueScheduled(
    tx: Transaction,
    updateType: Exclude<UpdateType, 'custom'>,
    { lateSeconds }: { lateSeconds: number },
  ): Promise<number> {
    const queued = await this.runs.queuedBySchedule(tx, updateType);
    if (queued !== null) return queued;
    const origin = { trigger: 'schedule', triggeredBy: null, lateSeconds } as const;
    return this.enqueue(tx, presetPlan(updateType), origin);
  }

  /**
   * Queues runs again that have not ended and have no open job, as after the queue's schema was dropped. Two processes may
   * both do so: the second job finds the run over.
   */
  private async restoreJobs(): Promise<void> {
    for (const { id: runId, updateType } of await this.runs.unfinished()) {
      const open = await this.queue.open<RunJob>(RUN_QUEUE, { runId });
      if (open.length > 0) continue;
      await this.send(this.prisma, runId, updateType, randomUUID());
      this.logger.warn({ event: 'run.requeued', runId });
    }
  }

  /** A catalogue run goes behind all others. */
  private send(tx: Transaction, runId: number, updateType: UpdateType | null, jobId: string): Promise<void> {
    const priority = updateType === CATALOGUE ? -1 : 0;
    return this.queue.send(tx, RUN_QUEUE, [{ id: jobId, data: { runId } satisfies RunJob, priority }]);
  }
}
