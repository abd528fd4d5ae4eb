import { Injectable } from '@nestjs/common';
import { PrismaService, type Transaction } from '../../database/prisma.service.js';

/** What is recorded of a day. */
export interface ReadDay {
  /** `YYYY-MM-DD`, in UTC. */
  readonly day: string;
  /** The start of the reading. */
  readonly readAt: Date;
  /** How many changes TMDB counted. */
  readonly changes: number;
}

/** The table `tmdb_change_days`, and `changed_on` in `catalogue`. */
@Injectable()
export class ChangeDays {
  constructor(private readonly prisma: PrismaService) {}

  /**
   * Records the days that have ended and are not recorded yet: from the day of the oldest details on, then without a gap.
   * @param oldestDetails when the oldest stored details were requested; null: there are none
   */
  async open(now: Date, oldestDetails: Date | null): Promise<void> {
    await this.prisma.$executeRaw`
      INSERT INTO tmdb_change_days (day)
      SELECT day::date FROM (SELECT ${now.toISOString()}::timestamptz::date AS today) AS clock, generate_series(
        coalesce((SELECT max(day) + 1 FROM tmdb_change_days), ${oldestDetails?.toISOString() ?? null}::timestamptz::date, today),
        today - 1, interval '1 day') AS day
      ON CONFLICT DO NOTHING`;
  }

  /**
   * Days to read, the oldest first: those that were not read a full day after their end, which is how long TMDB caches the
   * feed. A day that was read after `since` is left out.
   */
  async unread(now: Date, since: Date): Promise<string[]> {
    const rows = await this.prisma.$queryRaw<{ day: string }[]>`
      SELECT day::text FROM tmdb_change_days
      WHERE day < ${now.toISOString()}::timestamptz::date
        AND (read_at IS NULL OR read_at < least((day + 2)::timestamptz, ${since.toISOString()}::timestamptz))
      ORDER BY day`;
    return rows.map(({ day }) => day);
  }

  /** Whether TMDB named changes on any later day, so that the day is not in the future by TMDB's clock. */
  async hasLaterChanges(day: string): Promise<boolean> {
    const later = await this.prisma.tmdbChangeDay.findFirst({
      where: { day: { gt: dateOf(day) }, changes: { gt: 0 } },
      select: { day: true },
    });
    return later !== null;
  }

  async recordRead({ day, readAt, changes }: ReadDay, tx: Transaction): Promise<void> {
    await tx.tmdbChangeDay.update({ where: { day: dateOf(day) }, data: { readAt, changes } });
  }

  /** Records in the catalogue that the feed named these movies on a day. */
  async recordChanged(ids: readonly number[], day: string, tx: Transaction): Promise<void> {
    await tx.$executeRaw`
      UPDATE catalogue SET changed_on = ${day}::date
      WHERE movie_id = ANY(${[...ids]}::int[]) AND (changed_on < ${day}::date OR changed_on IS NULL)`;
  }
}

function dateOf(day: string): Date {
  return new Date(`${day}T00:00:00Z`);
}
