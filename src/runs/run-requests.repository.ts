import { Injectable } from '@nestjs/common';
import type { Transaction } from '../database/prisma.service.js';

/** A trigger that may be repeated. */
export interface RunRequest {
  readonly username: string;
  /** The Idempotency-Key. */
  readonly key: string;
  /** Of what was asked. */
  readonly digest: string;
}

const KEPT_MS = 24 * 3_600_000;

/** Which run came of which Idempotency-Key, for 24 hours. */
@Injectable()
export class RunRequests {
  /** Until the transaction ends no other trigger goes on: of two at once, the second sees the first. */
  async inTurn(tx: Transaction): Promise<void> {
    await tx.$queryRaw`SELECT pg_advisory_xact_lock(hashtext('movie-pipeline trigger'), hashtext(current_schema()))::text`;
  }

  async find(
    tx: Transaction,
    { username, key }: RunRequest,
    now: Date,
  ): Promise<{ readonly digest: string; readonly runId: number } | null> {
    const createdAt = { gt: new Date(now.getTime() - KEPT_MS) };
    return tx.pipelineRunRequest.findUnique({
      where: { username_key: { username, key }, createdAt },
      select: { digest: true, runId: true },
    });
  }

  async add(
    tx: Transaction,
    request: RunRequest,
    { runId, now }: { runId: number; now: Date },
  ): Promise<void> {
    await tx.pipelineRunRequest.deleteMany({
      where: { createdAt: { lte: new Date(now.getTime() - KEPT_MS) } },
    });
    await tx.pipelineRunRequest.create({ data: { ...request, runId, createdAt: now } });
  }
}
