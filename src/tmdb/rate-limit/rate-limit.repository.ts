import { randomUUID } from 'node:crypto';
import type { PrismaService } from '../../database/prisma.service.js';

/** PermitSource that one process may use, evenly spaced. */
export interface PermitGrant {
  /** How far off the first slot is, in milliseconds; 0 at the least. */
  readonly firstInMs: number;
  /** Processes that took slots within the last minute, this one included. */
  readonly processes: number;
  /** Milliseconds that are left of a pause, whichever process it came from; 0 without one. */
  readonly pausedForMs: number;
}

interface LeaseRow {
  readonly first_in_ms: number;
  readonly processes: number;
  readonly paused_for_ms: number | null;
}

/**
 * One pace for all processes on the database: a row holds the time of the next free slot, and whoever takes slots moves
 * it on (GCRA). On the database's clock, so that the processes' own need not agree.
 */
export class RateLimitRepository {
  private readonly process = randomUUID();

  constructor(private readonly prisma: PrismaService) {}

  /** Takes the next `count` slots, `spacingMs` apart. */
  async lease(count: number, spacingMs: number): Promise<PermitGrant> {
    const [lease] = await this.prisma.$queryRaw<LeaseRow[]>`
      WITH me AS (
        INSERT INTO tmdb_rate_limit_processes (id, seen_at) VALUES (${this.process}::uuid, clock_timestamp())
        ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at
          WHERE tmdb_rate_limit_processes.seen_at < excluded.seen_at - interval '10 seconds'
      ), gone AS (
        DELETE FROM tmdb_rate_limit_processes WHERE seen_at < clock_timestamp() - interval '1 hour'
      ), others AS (
        SELECT count(*)::int AS n FROM tmdb_rate_limit_processes
        WHERE id <> ${this.process}::uuid AND seen_at > clock_timestamp() - interval '1 minute'
      )
      INSERT INTO tmdb_rate_limit AS p (id, next_at) VALUES (1, clock_timestamp() + ${spacingMs * count} * interval '1 ms')
      ON CONFLICT (id) DO UPDATE SET next_at = greatest(p.next_at, clock_timestamp()) + ${spacingMs * count} * interval '1 ms'
      RETURNING (extract(epoch FROM p.next_at - clock_timestamp()) * 1000 - ${spacingMs * count})::float8 AS first_in_ms,
        (SELECT n + 1 FROM others) AS processes,
        (extract(epoch FROM p.paused_until - clock_timestamp()) * 1000)::float8 AS paused_for_ms`;
    return {
      firstInMs: Math.max(0, lease?.first_in_ms ?? 0),
      processes: lease?.processes ?? 1,
      pausedForMs: Math.max(0, lease?.paused_for_ms ?? 0),
    };
  }

  /** Nobody gets a slot for so long. */
  async pause(ms: number): Promise<void> {
    await this.prisma.$executeRaw`
      INSERT INTO tmdb_rate_limit AS p (id, next_at, paused_until)
      SELECT 1, at, at FROM (SELECT clock_timestamp() + ${ms} * interval '1 ms' AS at) AS pause
      ON CONFLICT (id) DO UPDATE SET next_at = greatest(p.next_at, excluded.next_at),
        paused_until = greatest(p.paused_until, excluded.paused_until)`;
  }
}
