import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../../common/clock.js';
import { sqlStateOf } from '../../database/errors/database-fault.js';
import { PrismaService, type Transaction } from '../../database/prisma.service.js';
import { KeyReusedError, RunActiveError } from '../../runs/run-errors.js';
import type { RunPlan } from '../../runs/run-plan.js';
import { type RunRequest, RunRequests } from '../../runs/run-requests.repository.js';
import { RunsRepository } from '../../runs/runs.repository.js';
import { RunQueue } from './run-queue.js';

/** A person's request for a run. */
export interface TriggerRequest {
  readonly trigger: 'api' | 'cli';
  readonly username: string;
  /** The Idempotency-Key, or null. */
  readonly key: string | null;
}

const UNIQUE_VIOLATION = '23505';

/** Queues the runs that people request. */
@Injectable()
export class RunTriggers {
  constructor(
    private readonly prisma: PrismaService,
    private readonly queue: RunQueue,
    private readonly requests: RunRequests,
    private readonly runs: RunsRepository,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * Queues a run unless another is active. A catalogue run and another run may both be. Returns its id, or that of the first request with the same key.
   * @throws RunActiveError, or KeyReusedError when the key was used for another request
   */
  async trigger(plan: RunPlan, { trigger, username, key }: TriggerRequest): Promise<number> {
    const request = key === null ? null : { username, key, digest: digestOf(plan) };
    const origin = { trigger, triggeredBy: username };
    try {
      const runId = await this.prisma.$transaction(
        async (tx) => (await this.repeated(tx, request)) ?? (await this.enqueue(tx, plan, origin, request)),
      );
      this.queue.wake();
      return runId;
    } catch (error) {
      const isRefused = error instanceof RunActiveError || sqlStateOf(error) === UNIQUE_VIOLATION;
      if (!isRefused) throw error;
      // The request that was quicker may have been this same one.
      const first = await this.repeated(this.prisma, request);
      if (first !== null) return first;
      if (error instanceof RunActiveError) throw error;
      throw new RunActiveError(await this.runs.conflicting(plan.updateType));
    }
  }

  private async repeated(tx: Transaction, request: RunRequest | null): Promise<number | null> {
    if (request === null) return null;
    const first = await this.requests.find(tx, request, this.clock.now());
    if (first === null) return null;
    if (first.digest !== request.digest) throw new KeyReusedError();
    return first.runId;
  }

  private async enqueue(
    tx: Transaction,
    plan: RunPlan,
    origin: { readonly trigger: 'api' | 'cli'; readonly triggeredBy: string },
    request: RunRequest | null,
  ): Promise<number> {
    const active = await this.runs.conflicting(plan.updateType, tx);
    if (active !== null) throw new RunActiveError(active);
    const runId = await this.queue.enqueue(tx, plan, origin);
    if (request !== null) await this.requests.add(tx, request, { runId, now: this.clock.now() });
    return runId;
  }
}

function digestOf(plan: RunPlan): string {
  return createHash('sha256').update(JSON.stringify(plan)).digest('hex');
}
