import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../database/prisma.service.js';
import { JobQueue } from '../../queue/job-queue.js';
import { RUN_QUEUE, type RunJob } from '../../queue/queues.js';
import { presetPlan, type RunPlan, type UpdateType } from '../../runs/run-plan.js';
import type { RunOrigin } from '../../runs/run.js';
import { RunsRepository } from '../../runs/runs.repository.js';

/** Queues runs: recorded and in the queue in one transaction. */
@Injectable()
export class RunQueue {
  constructor(
    private readonly queue: JobQueue,
    private readonly runs: RunsRepository,
  ) {}

  /** Queues a run, in the caller's transaction. Returns its id. */
  async enqueue(tx: Transaction, plan: RunPlan, origin: RunOrigin): Promise<number> {
    const jobId = randomUUID();
    const runId = await this.runs.add(tx, plan, origin, jobId);
    await this.queue.send(tx, RUN_QUEUE, [{ id: jobId, data: { runId } satisfies RunJob }]);
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
}
