import { Injectable } from '@nestjs/common';
import { BoundedReads } from '../database/bounded-reads.js';
import { sql } from '../database/prisma.service.js';

export interface MovieFigures {
  readonly enriched: number;
  readonly neverEnriched: number;
  /** Among the other two as well. */
  readonly gone: number;
  /** Details that were fetched that many days ago or earlier, of movies that are not gone. TMDB's terms allow 180. */
  readonly olderThan150Days: number;
  readonly olderThan180Days: number;
  /** When the oldest details were fetched, of movies that are not gone; null without any. */
  readonly oldest: Date | null;
}

/** Indexes answer all of it: the rows of a million movies fill gigabytes. */
const SELECT_FIGURES = sql`
  SELECT
    (SELECT count(*)::int FROM movies WHERE enriched_at IS NOT NULL) AS enriched,
    (SELECT count(*)::int FROM movies WHERE enriched_at IS NULL) AS "neverEnriched",
    (SELECT count(*)::int FROM movies WHERE gone_at IS NOT NULL) AS gone,
    (SELECT count(*)::int FROM movies WHERE gone_at IS NULL AND enriched_at < now() - interval '150 days')
      AS "olderThan150Days",
    (SELECT count(*)::int FROM movies WHERE gone_at IS NULL AND enriched_at < now() - interval '180 days')
      AS "olderThan180Days",
    (SELECT enriched_at FROM movies WHERE gone_at IS NULL AND enriched_at IS NOT NULL ORDER BY enriched_at LIMIT 1)
      AS oldest`;

/** What monitoring needs to know of the stored movies. */
@Injectable()
export class MovieFiguresRepository {
  constructor(private readonly reads: BoundedReads) {}

  /** @throws ReadDeadlineError after `deadlineMs` */
  async read(deadlineMs: number): Promise<MovieFigures> {
    const [row] = await this.reads.query<MovieFigures>(SELECT_FIGURES, deadlineMs);
    if (row === undefined) throw new Error('A SELECT without FROM returned no row.');
    return row;
  }
}
