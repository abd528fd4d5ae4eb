import { Inject, Injectable, Logger } from '@nestjs/common';
import { CLOCK, type Clock } from '../common/clock.js';
import { LockWaits } from '../database/connection/lock-waits.js';
import { TmdbClient } from '../tmdb/tmdb-client.js';
import { RunCheckpoint } from './run-checkpoint.repository.js';
import { RunAborted } from './run-ending.js';
import type { RunLease } from './run-lease.js';
import type { RunProgressTracker } from './run-progress.js';
import type { RunWait } from './run-wait.js';
import type { TmdbUsage } from './tmdb-usage.js';

export interface HeartbeatWork {
  readonly lease: RunLease;
  readonly usage: TmdbUsage;
  /** Aborted when the run is cancelled, a batch finds that it can't go on, or the lease is lost. */
  readonly abort: AbortController;
  /** Of a batch: aborted when the run was set aside, so that the batch only finishes what it has begun. */
  readonly drain?: AbortController;
  /** Null for a batch: the worker that leads the run records its progress. */
  readonly progress: RunProgressTracker | null;
}

const INTERVAL_MS = 1_000;
/** A wait that lasts is reported again with each heartbeat. */
const WAIT_VALID_MS = 3 * INTERVAL_MS;

/** Once a second, renews a worker's lease, records its progress and reads whether it should stop. */
@Injectable()
export class RunHeartbeat {
  private readonly logger = new Logger(RunHeartbeat.name);

  constructor(
    private readonly checkpoint: RunCheckpoint,
    private readonly tmdb: TmdbClient,
    private readonly locks: LockWaits,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Beats while the task runs, and once more at its end. */
  async during<T>(work: HeartbeatWork, task: () => Promise<T>): Promise<T> {
    const over = new AbortController();
    const beats = this.beatUntil(over.signal, work);
    try {
      return await task();
    } finally {
      over.abort();
      await beats;
      await this.beat(work);
    }
  }

  private async beatUntil(over: AbortSignal, work: HeartbeatWork): Promise<void> {
    while (!over.aborted) {
      await this.beat(work);
      await this.clock.sleep(INTERVAL_MS, over).catch(() => undefined);
    }
  }

  private async lockWait(): Promise<RunWait | null> {
    const [holder] = await this.locks.holders();
    if (holder === undefined) return null;
    const message =
      `Waits for a lock that session ${holder.pid} of PostgreSQL holds. ` +
      'npx movie-pipeline doctor shows whose session that is.';
    return {
      for: 'locked',
      message,
      until: new Date(this.clock.now().getTime() + WAIT_VALID_MS).toISOString(),
    };
  }

  /** Never rejects: a database that is away concerns the task itself. */
  private async beat({ lease, usage, abort, drain = abort, progress }: HeartbeatWork): Promise<void> {
    const tmdb = usage.unrecorded();
    try {
      const waiting = this.tmdb.waiting() ?? (await this.lockWait());
      const snapshot = progress?.snapshot(this.clock.now(), waiting) ?? null;
      const request = await this.checkpoint.heartbeat(lease, { progress: snapshot, waiting, tmdb });
      usage.markRecorded(tmdb);
      if (request !== null) (request.kind === 'outranked' ? drain : abort).abort(new RunAborted(request));
    } catch (error) {
      if (error instanceof RunAborted) abort.abort(error);
      else this.logger.warn({ event: 'run.heartbeat_failed', runId: lease.runId, reason: describe(error) });
    }
  }
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
