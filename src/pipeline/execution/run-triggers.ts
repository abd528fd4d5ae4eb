import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../../common/clock.js';
import { PrismaService, type Transaction } from '../../database/prisma.service.js';
import { KeyReusedError, RunActiveError } from '../../runs/run-errors.js';
import type { RunPlan } from '../../runs/run-plan.js';
import { RunQueue } from './run-queue.js';
import { type RunRequest, RunRequests } from '../../runs/run-requests.repository.js';
import { RunsService } from '../../runs/runs.service.js';

/** Queues runs that somebody asks for. */
@Injectable()
export class RunTriggers {
  constructor(
    private readonly prisma: PrismaService,
    private readonly queue: RunQueue,
    private readonly requests: RunRequests,
    private readonly runs: RunsService,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * Queues a run unless another is active. Returns its id, or with a key that the user gave before, that of the first.
   * @throws RunActiveError, or KeyReusedError when the key came with something else before
   */
  async trigger(plan: RunPlan, username: string, key: string | null): Promise<number> {
    const request = key === null ? null : { username, key, digest: digestOf(plan) };
    return this.prisma.$transaction(async (tx) => {
      await this.requests.inTurn(tx);
      return (await this.repeated(tx, request)) ?? (await this.queued(tx, plan, username, request));
    });
  }

  private async repeated(tx: Transaction, request: RunRequest | null): Promise<number | null> {
    if (request === null) return null;
    const first = await this.requests.find(tx, request, this.clock.now());
    if (first === null) return null;
    if (first.digest !== request.digest) throw new KeyReusedError();
    return first.runId;
  }

  private async queued(
    tx: Transaction,
    plan: RunPlan,
    username: string,
    request: RunRequest | null,
  ): Promise<number> {
    const { active } = await this.runs.overview(tx);
    if (active !== null) throw new RunActiveError(active.run);
    const runId = await this.queue.enqueue(tx, plan, { trigger: 'api', triggeredBy: username });
    if (request !== null) await this.requests.add(tx, request, { runId, now: this.clock.now() });
    return runId;
  }
}

function digestOf(plan: RunPlan): string {
  return createHash('sha256').update(JSON.stringify(plan)).digest('hex');
}
