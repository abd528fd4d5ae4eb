import { Injectable } from '@nestjs/common';
import { type DatabaseSession, DatabaseSessions } from '../../database/connection/database-sessions.js';
import { PrismaService } from '../../database/prisma.service.js';

/** Held for as long as its run goes on. */
export interface HeldRunLock {
  /** The database session that holds it, by the number of its server process. */
  readonly holder: number;
  /** Whether the session, and with it the lock, is still there. */
  isAlive(): Promise<boolean>;
  release(): Promise<void>;
}

const KEY = `hashtext('movie-pipeline run'), hashtext(current_schema())`;

/** At most one run at a time works on a database, whichever process it is in. */
@Injectable()
export class RunLock {
  constructor(
    private readonly sessions: DatabaseSessions,
    private readonly prisma: PrismaService,
  ) {}

  /**
   * Null when another run holds it. A session of its own holds it, so that it ends with the process, however that
   * ends; `onLost` is called when the database ends that session.
   */
  async tryAcquire(onLost: (error: Error) => void): Promise<HeldRunLock | null> {
    const session = await this.sessions.open(onLost);
    const [row] = await session.query<{ held: boolean }>(`SELECT pg_try_advisory_lock(${KEY}) AS held`);
    if (row?.held === true) return heldBy(session);
    await session.close();
    return null;
  }

  /** Waits until no other run holds it; rejects with the signal's reason once that is aborted. */
  async acquire(signal: AbortSignal, onLost: (error: Error) => void): Promise<HeldRunLock> {
    signal.throwIfAborted();
    const session = await this.sessions.open(onLost);
    const giveUp = (): void => void session.close();
    signal.addEventListener('abort', giveUp, { once: true });
    try {
      await session.query(`SELECT pg_advisory_lock(${KEY})`);
      return await heldBy(session);
    } catch (error) {
      await session.close();
      signal.throwIfAborted();
      throw error;
    } finally {
      signal.removeEventListener('abort', giveUp);
    }
  }

  /** Ends a session if it holds the lock. */
  async expel(holder: number): Promise<void> {
    await this.prisma.$queryRawUnsafe(
      `SELECT pg_terminate_backend(pid) FROM pg_locks WHERE pid = $1::int AND ${HELD}`,
      holder,
    );
  }
}

const HELD = `locktype = 'advisory' AND granted AND objsubid = 2
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND classid::bigint = hashtext('movie-pipeline run')::bigint & 4294967295
  AND objid::bigint = hashtext(current_schema())::bigint & 4294967295`;

/** Whether a run is at work now, in this process or another: a condition of SQL. */
export const RUN_LOCK_IS_HELD = `EXISTS (SELECT FROM pg_locks WHERE ${HELD})`;

async function heldBy(session: DatabaseSession): Promise<HeldRunLock> {
  const [row] = await session.query<{ holder: number }>('SELECT pg_backend_pid() AS holder');
  return {
    holder: row?.holder ?? 0,
    isAlive: async () => {
      try {
        await session.query('SELECT 1');
        return true;
      } catch {
        return false;
      }
    },
    release: () => session.close(),
  };
}
