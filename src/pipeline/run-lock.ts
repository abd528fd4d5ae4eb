import { Injectable } from '@nestjs/common';
import { DatabaseSessions } from '../database/database-sessions.js';
import { PrismaService } from '../database/prisma.service.js';

/** Held for as long as its run goes on. */
export interface HeldRunLock {
  release(): Promise<void>;
}

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
    const [row] = await session.query<{ held: boolean }>(
      `SELECT pg_try_advisory_lock(hashtext('movie-pipeline run'), hashtext(current_schema())) AS held`,
    );
    if (row?.held === true) return { release: () => session.close() };
    await session.close();
    return null;
  }

  /** Whether a run is at work now, in this process or another. */
  async isHeld(): Promise<boolean> {
    const [row] = await this.prisma.$queryRaw<{ held: boolean }[]>`
      SELECT EXISTS (
        SELECT FROM pg_locks
        WHERE locktype = 'advisory' AND granted AND objsubid = 2
          AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
          AND classid::bigint = hashtext('movie-pipeline run')::bigint & 4294967295
          AND objid::bigint = hashtext(current_schema())::bigint & 4294967295
      ) AS held`;
    return row?.held === true;
  }
}
