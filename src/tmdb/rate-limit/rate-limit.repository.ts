import { randomUUID } from 'node:crypto';
import { type PrismaService, sql, type Sql } from '../../database/prisma.service.js';

/** Permits for evenly spaced requests of one process. */
export interface PermitGrant {
  /** Milliseconds until the first permit is valid, at least 0. */
  readonly firstInMs: number;
  /** Processes that took permits within the last minute, this one included. */
  readonly processes: number;
  /** Milliseconds left of a pause, whichever process began it; 0 without one. */
  readonly pausedForMs: number;
}

interface GrantRow {
  readonly first_in_ms: number;
  readonly processes: number;
  readonly paused_for_ms: number | null;
}

/** A stored time, or null when no pause lasts so long: the database's clock was ahead when it was stored. */
function believed(column: 'next_at' | 'paused_until'): Sql {
  const value = column === 'next_at' ? sql`r.next_at` : sql`r.paused_until`;
  return sql`CASE WHEN ${value} < clock_timestamp() + interval '15 minutes' THEN ${value} END`;
}

/**
 * One rate limit for all processes on the database (GCRA): a row holds the time of the next free permit, and taking
 * permits advances it. All times are by the database's clock, so that the clocks of the processes need not agree.
 */
export class RateLimitRepository {
  private readonly processId = randomUUID();

  constructor(private readonly prisma: PrismaService) {}

  /** Takes the next `count` permits, `spacingMs` apart. */
  async takePermits(count: number, spacingMs: number): Promise<PermitGrant> {
    const [row] = await this.prisma.$queryRaw<GrantRow[]>`
      WITH this_process AS (
        INSERT INTO tmdb_rate_limit_processes (id, seen_at) VALUES (${this.processId}::uuid, clock_timestamp())
        ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at
          WHERE tmdb_rate_limit_processes.seen_at < excluded.seen_at - interval '10 seconds'
      ), gone AS (
        DELETE FROM tmdb_rate_limit_processes 
          WHERE seen_at NOT BETWEEN clock_timestamp() - interval '1 hour' AND clock_timestamp() + interval '1 minute'
      ), others AS (
        SELECT count(*)::int AS n FROM tmdb_rate_limit_processes
        WHERE id <> ${this.processId}::uuid
          AND seen_at BETWEEN clock_timestamp() - interval '1 minute' AND clock_timestamp() + interval '1 minute'
      )
      INSERT INTO tmdb_rate_limit AS r (id, next_at) VALUES (1, clock_timestamp() + ${spacingMs * count} * interval '1 ms')
      ON CONFLICT (id) DO UPDATE SET paused_until = ${believed('paused_until')},
        next_at = greatest(${believed('next_at')}, clock_timestamp()) + ${spacingMs * count} * interval '1 ms'
      RETURNING (extract(epoch FROM r.next_at - clock_timestamp()) * 1000 - ${spacingMs * count})::float8 AS first_in_ms,
        (SELECT n + 1 FROM others) AS processes,
        (extract(epoch FROM r.paused_until - clock_timestamp()) * 1000)::float8 AS paused_for_ms`;
    return {
      firstInMs: Math.max(0, row?.first_in_ms ?? 0),
      processes: row?.processes ?? 1,
      pausedForMs: Math.max(0, row?.paused_for_ms ?? 0),
    };
  }

  /** No process gets a permit that is valid within the next `ms` milliseconds. */
  async pause(ms: number): Promise<void> {
    await this.prisma.$executeRaw`
      INSERT INTO tmdb_rate_limit AS r (id, next_at, paused_until)
      SELECT 1, at, at FROM (SELECT clock_timestamp() + ${ms} * interval '1 ms' AS at) AS pause
      ON CONFLICT (id) DO UPDATE SET next_at = greatest(${believed('next_at')}, excluded.next_at),
        paused_until = greatest(${believed('paused_until')}, excluded.paused_until)`;
  }
}
