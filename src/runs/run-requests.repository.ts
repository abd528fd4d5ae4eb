import { Injectable } from '@nestjs/common';
import type { Transaction } from '../database/prisma.service.js';

/** A request for a run that may be repeated. */
export interface RunRequest {
  readonly username: string;
  /** The Idempotency-Key. */
  readonly key: string;
  /** SHA-256 of the plan, hexadecimal. */
  readonly digest: string;
}

const KEPT_MS = 24 * 3_600_000;
/** Another process's clock may be ahead by this much; a later time was stored by a clock that was wrong. */
const MAX_AHEAD_MS = 60_000;

/** The run that each Idempotency-Key of the last 24 hours led to. */
@Injectable()
export class RunRequests {
  async find(
    tx: Transaction,
    { username, key }: RunRequest,
    now: Date,
  ): Promise<{ readonly digest: string; readonly runId: number } | null> {
    const createdAt = { gt: new Date(now.getTime() - KEPT_MS), lte: new Date(now.getTime() + MAX_AHEAD_MS) };
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
      where: {
        OR: [
          { createdAt: { lte: new Date(now.getTime() - KEPT_MS) } },
          { createdAt: { gt: new Date(now.getTime() + MAX_AHEAD_MS) } },
        ],
      },
    });
    await tx.pipelineRunRequest.create({ data: { ...request, runId, createdAt: now } });
  }
}
