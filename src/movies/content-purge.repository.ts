import { Injectable } from '@nestjs/common';
import { PrismaService } from '../database/prisma.service.js';
import { CHILD_TABLES, EMPTY_EXPIRED, HAS_CONTENT, WITHOUT_CONTENT } from './sql/terms-sql.js';

/** Movies emptied in one statement, which locks them. */
const BATCH = 10_000;
/** A million movies take some minutes. */
const REMOVAL_TIMEOUT_MS = 3_600_000;

export interface Removal {
  /** Movies that had content. */
  readonly movies: number;
  /** Whether the rows remain, with their ids and times, because other tables refer to `movies`. */
  readonly rowsKept: boolean;
}

/** Removes what TMDB's terms do not allow to keep, and on request everything. */
@Injectable()
export class ContentPurge {
  constructor(private readonly prisma: PrismaService) {}

  /**
   * Empties movies that are gone, or that were not refreshed within 180 days, but for the id and the times. Returns how many.
   */
  async emptyExpired(now: Date): Promise<number> {
    for (let total = 0; ;) {
      const rows = await this.prisma.$queryRawUnsafe<{ movies: number }[]>(
        EMPTY_EXPIRED,
        now.toISOString(),
        BATCH,
      );
      const emptied = rows[0]?.movies ?? 0;
      total += emptied;
      if (emptied < BATCH) return total;
    }
  }

  /** Removes all of TMDB's content from the database, in one transaction. */
  async removeAll(): Promise<Removal> {
    return this.prisma.$transaction(
      async (tx) => {
        const [found] = await tx.$queryRawUnsafe<[{ movies: number; isReferenced: boolean }]>(
          `SELECT (SELECT count(*)::int FROM movies WHERE ${HAS_CONTENT}) AS movies, EXISTS (
             SELECT FROM pg_constraint WHERE contype = 'f' AND confrelid = 'movies'::regclass
               AND conrelid <> ALL ($1::text[]::regclass[]::oid[])) AS "isReferenced"`,
          CHILD_TABLES,
        );
        for (const table of [...CHILD_TABLES, 'genres', 'catalogue', 'catalogue_imports', 'tmdb_change_days'])
          await tx.$executeRawUnsafe(`DELETE FROM ${table}`);
        // Deleting rows to which tables of the user refer would fail, or delete the user's rows.
        await tx.$executeRawUnsafe(
          found.isReferenced
            ? `UPDATE movies SET ${WITHOUT_CONTENT}, updated_at = timezone('UTC', now()) WHERE ${HAS_CONTENT}`
            : 'DELETE FROM movies',
        );
        return { movies: found.movies, rowsKept: found.isReferenced };
      },
      { timeout: REMOVAL_TIMEOUT_MS },
    );
  }
}
