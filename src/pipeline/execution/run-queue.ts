import { randomUUID } from 'node:crypto';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { CLOCK, type Clock } from '../../common/clock.js';
import { APP_CONFIG, type AppConfig } from '../../config/app-config.js';
import { JobQueue } from '../../queue/job-queue.js';
import type { Transaction } from '../../database/prisma.service.js';
import { StartupRetry } from '../../database/connection/startup-retry.js';
import { QUEUES, RUN_QUEUE } from '../../runs/queues.js';
import { RunLeases, type RunOrigin } from '../../runs/run-lease.repository.js';
import { presetPlan, type RunPlan, type UpdateType } from '../../runs/run-plan.js';

/** What a job in the run queue says. */
export interface RunJob {
  readonly runId: number;
}

/** Runs that wait for a worker, on record and in the queue in one transaction. */
@Injectable()
export class RunQueue implements OnModuleInit {
  constructor(
    private readonly queue: JobQueue,
    private readonly startupRetry: StartupRetry,
    private readonly claims: RunLeases,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** A command has no role, and needs no queue. */
  async onModuleInit(): Promise<void> {
    const { roles } = this.config;
    if (roles.length === 0) return;
    await this.startupRetry.run(() => this.queue.start(QUEUES, roles.includes('worker')));
  }

  /** Queues a run, in the caller's transaction. Returns its id. */
  async enqueue(tx: Transaction, plan: RunPlan, origin: RunOrigin): Promise<number> {
    const jobId = randomUUID();
    const runId = await this.claims.enqueue(tx, { plan, origin, jobId, now: this.clock.now() });
    await this.queue.send(tx, RUN_QUEUE, [{ id: jobId, data: { runId } satisfies RunJob }]);
    return runId;
  }

  /**
   * Queues the run of a schedule, in the caller's transaction, unless one of its kind is still waiting. Returns the id
   * of either.
   */
  async enqueueScheduled(
    tx: Transaction,
    updateType: Exclude<UpdateType, 'custom'>,
    { lateSeconds }: { lateSeconds: number },
  ): Promise<number> {
    const waiting = await this.claims.waitingScheduled(tx, updateType);
    if (waiting !== null) return waiting;
    const origin = { trigger: 'schedule', triggeredBy: null, lateSeconds } as const;
    return this.enqueue(tx, presetPlan(updateType), origin);
  }
}
