import { Inject, Injectable } from '@nestjs/common';
import { CachedValue } from '../../common/cached-value.js';
import { CLOCK, type Clock } from '../../common/clock.js';
import { BoundedReads } from '../../database/bounded-reads.js';
import { sql } from '../../database/prisma.service.js';

export interface GenreCount {
  readonly id: number;
  readonly name: string;
  /** Movies of this genre that are neither gone nor adult. */
  readonly movies: number;
}

/** Counting reads the whole table. */
const RECOUNT_AFTER_MS = 600_000;
const COUNT_DEADLINE_MS = 60_000;

/** Counts the movies of each genre at most once in ten minutes, whatever the number of requests. */
@Injectable()
export class GenreCountsRepository {
  private readonly counts: CachedValue<readonly GenreCount[]>;

  constructor(
    private readonly reads: BoundedReads,
    @Inject(CLOCK) clock: Clock,
  ) {
    this.counts = new CachedValue(clock, RECOUNT_AFTER_MS, () => this.count());
  }

  /** In the order of their names. */
  read(): Promise<readonly GenreCount[]> {
    return this.counts.read();
  }

  private count(): Promise<readonly GenreCount[]> {
    return this.reads.query<GenreCount>(
      sql`SELECT g.id, g.name, coalesce(counted.movies, 0)::int AS movies
          FROM genres g LEFT JOIN (
            SELECT name, count(*) AS movies
            FROM movies, jsonb_array_elements_text(CASE jsonb_typeof(genres) WHEN 'array' THEN genres END) AS name
            WHERE gone_at IS NULL AND adult IS NOT TRUE GROUP BY name
          ) AS counted ON counted.name = g.name
          ORDER BY g.name, g.id`,
      COUNT_DEADLINE_MS,
    );
  }
}
