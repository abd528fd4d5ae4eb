import { Injectable } from '@nestjs/common';
import { BoundedReads } from '../../database/bounded-reads.js';
import { rawSql, sql } from '../../database/prisma.service.js';
import { type MovieField, selectFields } from './movie-fields.js';
import { type MovieRow, READ_DEADLINE_MS } from './movie-reader.repository.js';

export interface StoredList {
  readonly category: string;
  readonly movies: number;
  /** When the list was last read. */
  readonly seen_at: Date;
}

/** A movie with its place in a list. */
export interface PlacedMovie {
  readonly position: number;
  readonly seenAt: Date;
  readonly movie: MovieRow;
}

/** The place of a movie in a list. Two movies may have one position while the list is being read. */
export interface Place {
  readonly position: number;
  readonly id: number;
}

export interface ListQuery {
  readonly category: string;
  readonly limit: number;
  /** The last place of the page before; null: the first page. */
  readonly after: Place | null;
  readonly fields: readonly MovieField[];
}

export interface ListPage {
  readonly entries: readonly PlacedMovie[];
  /** The last place; null when no other follows. */
  readonly next: Place | null;
}

/** Reads TMDB's lists for the API. */
@Injectable()
export class ListReaderRepository {
  constructor(private readonly reads: BoundedReads) {}

  /** The lists that have been read. */
  lists(): Promise<StoredList[]> {
    return this.reads.query<StoredList>(
      sql`SELECT category, count(*)::int AS movies, max(seen_at) AS seen_at
          FROM movie_categories GROUP BY category ORDER BY category`,
      READ_DEADLINE_MS,
    );
  }

  /** In TMDB's order, without movies that are gone. */
  async page({ category, limit, after, fields }: ListQuery): Promise<ListPage> {
    const from = after ?? { position: 0, id: 0 };
    const rows = await this.reads.query<MovieRow & { list_position: number; list_seen_at: Date }>(
      // The places first: PostgreSQL would compute the columns of the whole list before it sorts them.
      sql`SELECT place.position AS list_position, place.seen_at AS list_seen_at, ${rawSql(selectFields(fields))}
          FROM (
            SELECT c.movie_id, c.position, c.seen_at
            FROM movie_categories c JOIN movies stored ON stored.id = c.movie_id
            WHERE c.category = ${category} AND stored.gone_at IS NULL
              AND (c.position, c.movie_id) > (${from.position}::int, ${from.id}::int)
            ORDER BY c.position, c.movie_id LIMIT ${limit + 1}::int
          ) AS place JOIN movies m ON m.id = place.movie_id
          ORDER BY place.position, place.movie_id`,
      READ_DEADLINE_MS,
    );
    const entries = rows.slice(0, limit).map(({ list_position, list_seen_at, ...movie }) => ({
      position: list_position,
      seenAt: list_seen_at,
      movie: movie,
    }));
    const last = entries.at(-1);
    const more = rows.length > limit && last !== undefined;
    return { entries, next: more ? { position: last.position, id: last.movie.id } : null };
  }
}
