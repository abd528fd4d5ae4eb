import { Injectable } from '@nestjs/common';
import { PrismaService, sql } from '../../database/prisma.service.js';
import { updateTitles } from './movie-titles.js';

export type FillStep =
  /** All movies have titles. */
  | { readonly state: 'finished' }
  /** Another process fills. */
  | { readonly state: 'busy' }
  /** A batch was stored: movies below `nextId` have titles. */
  | { readonly state: 'advanced'; readonly movies: number; readonly nextId: number };

/** Fills `movie_titles` for the movies that were stored before the table existed, batch by batch. */
@Injectable()
export class TitlesFillRepository {
  constructor(private readonly prisma: PrismaService) {}

  async isFinished(): Promise<boolean> {
    const row = await this.prisma.movieTitlesFill.findUnique({ where: { id: true } });
    return row !== null && row.finishedAt !== null;
  }

  /** Stores the titles of the next movies, at most `limit`, and how far that is, in one transaction. */
  async advance(limit: number): Promise<FillStep> {
    if (await this.isFinished()) return { state: 'finished' };
    return this.prisma.$transaction(async (tx) => {
      const [row] = await tx.$queryRaw<{ nextId: number; finished: boolean }[]>`
        SELECT next_id AS "nextId", finished_at IS NOT NULL AS finished FROM movie_titles_fill FOR UPDATE SKIP LOCKED`;
      if (row === undefined) return { state: 'busy' };
      if (row.finished) return { state: 'finished' };
      // The lock keeps a writer from changing a title between this reading and the commit.
      const movies = await tx.$queryRaw<{ id: number }[]>`
        SELECT id FROM movies WHERE id >= ${row.nextId} ORDER BY id LIMIT ${limit} FOR NO KEY UPDATE`;
      const ids = movies.map(({ id }) => id);
      await updateTitles(ids, tx);
      const last = ids.length < limit;
      const nextId = last ? row.nextId : (ids.at(-1) ?? 0) + 1;
      await tx.$executeRaw`
        UPDATE movie_titles_fill SET next_id = ${nextId}, finished_at = ${last ? sql`now()` : sql`NULL`}`;
      return last ? { state: 'finished' } : { state: 'advanced', movies: ids.length, nextId };
    });
  }
}
