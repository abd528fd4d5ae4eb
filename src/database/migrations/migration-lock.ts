import type { Client } from 'pg';
import { retry } from '../../common/retry.js';
import { systemClock } from '../../common/system-clock.js';
import type { Target } from '../connection/pool.js';
import type { MigrationLog } from './migrator.js';

const LONGEST_PAUSE_MS = 500;

/**
 * Waits until this session has the migration lock of the schema. The end of the session releases it.
 * @param signal aborted to stop waiting
 * @throws the signal's reason once that is aborted
 */
export async function acquireMigrationLock(
  client: Client,
  target: Target,
  log: MigrationLog,
  signal: AbortSignal | undefined,
): Promise<void> {
  let isReported = false;
  const attempt = async (): Promise<void> => {
    signal?.throwIfAborted();
    const { rows } = await client.query<{ acquired: boolean }>(
      `SELECT pg_try_advisory_lock(${LOCK}) AS acquired`,
      [target.schema],
    );
    if (rows[0]?.acquired === true) return;
    if (!isReported) {
      const reason = 'Another session has the migration lock. End it, if no other process is migrating.';
      log({ event: 'database.migration_waits', reason, holder: await readLockHolder(client, target) });
    }
    isReported = true;
    throw new LockedError();
  };
  await retry(attempt, {
    clock: systemClock,
    random: Math.random,
    signal,
    longestPauseMs: LONGEST_PAUSE_MS,
    isRetryable: (error) => error instanceof LockedError,
  });
}

class LockedError extends Error {}

const LOCK = `hashtextextended('movie-pipeline migrations in ' || $1, 0)`;

/** The session that has the lock: the server's process id, its user, program and start. */
async function readLockHolder(client: Client, target: Target): Promise<object | null> {
  const { rows } = await client.query<{ pid: number; user: string; program: string; since: Date }>(
    `SELECT s.pid, s.usename AS user, s.application_name AS program, s.backend_start AS since
       FROM pg_locks l JOIN pg_stat_activity s USING (pid)
      WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
        AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
        AND (l.classid::bigint << 32) | l.objid::bigint = ${LOCK}`,
    [target.schema],
  );
  return rows[0] ?? null;
}
