import { Injectable } from '@nestjs/common';
import { OpenDatabase } from './open-database.js';

/** A session that holds a lock for which this service waits. */
export interface LockHolder {
  /** Of its server process: `SELECT pg_terminate_backend(pid)` ends it. */
  readonly pid: number;
  readonly role: string;
  readonly application: string;
}

/** The service's own sessions hold locks for less time. */
const LONG = '1 second';

/** Finds who holds the locks for which sessions of this database's role have been waiting for a second or longer. */
@Injectable()
export class LockWaits {
  constructor(private readonly database: OpenDatabase) {}

  async holders(): Promise<readonly LockHolder[]> {
    const { rows } = await this.database.pool.query<LockHolder>(
      `SELECT DISTINCT holder.pid, coalesce(holder.usename, '') AS role, coalesce(holder.application_name, '') AS application
       FROM pg_stat_activity waiting
       CROSS JOIN unnest(pg_blocking_pids(waiting.pid)) AS blocking (pid)
       JOIN pg_stat_activity holder ON holder.pid = blocking.pid
       WHERE waiting.wait_event_type = 'Lock' AND waiting.datname = current_database()
         AND waiting.usename = current_user AND waiting.query_start < clock_timestamp() - interval '${LONG}'
       ORDER BY holder.pid`,
    );
    return rows;
  }
}
