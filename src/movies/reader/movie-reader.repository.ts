import { Injectable } from '@nestjs/common';
import { BoundedReads } from '../../database/bounded-reads.js';
import { sqlStateOf } from '../../database/errors/database-fault.js';
import { rawSql, type Sql, sql } from '../../database/prisma.service.js';
import { type MovieField, selectFields } from './movie-fields.js';
import { conditionOf, type MovieFilters } from './movie-filters.js';
import { type MovieSort, orderOf, type OrderPart, type Position } from './movie-sort.js';
import { InvalidCursorError } from './reading-errors.js';

/** The values of the fields that were asked for, by their names. JSON columns may have been written by an older version. */
export type MovieRow = Readonly<Record<string, unknown>> & { readonly id: number };

export interface MoviesQuery {
  readonly filters: MovieFilters;
  readonly sort: MovieSort;
  readonly limit: number;
  /** The last movie of the page before; null: the first page. */
  readonly after: Position | null;
  readonly fields: readonly MovieField[];
}

export interface MoviesPage {
  readonly movies: readonly MovieRow[];
  /** The position of the last movie; null when no other follows. */
  readonly next: Position | null;
}

/** The longest that a request waits for one statement. */
export const READ_DEADLINE_MS = 5_000;

type KeyedRow = MovieRow & { readonly sort_key: string | null };

/** Reads movies for the API. */
@Injectable()
export class MovieReaderRepository {
  constructor(private readonly reads: BoundedReads) {}

  /** @throws InvalidCursorError when `after` is not a valid position in this order */
  async page({ filters, sort, limit, after, fields }: MoviesQuery): Promise<MoviesPage> {
    const { key, parts } = orderOf(sort, after);
    const columns = sql`${rawSql(selectFields(fields))}, ${key} AS sort_key`;
    const rows: KeyedRow[] = [];
    for (const part of parts) {
      const missing = limit + 1 - rows.length;
      if (missing > 0) rows.push(...(await this.part(columns, conditionOf(filters), part, missing, after)));
    }
    const shown = rows.slice(0, limit);
    const last = shown.at(-1);
    const more = rows.length > limit && last !== undefined;
    return {
      movies: shown.map(({ sort_key: _, ...movie }) => movie as MovieRow),
      next: more ? { key: last.sort_key, id: last.id } : null,
    };
  }

  /** Null if the movie is not stored. A movie that is gone from TMDB is still returned. */
  async byId(id: number, fields: readonly MovieField[]): Promise<MovieRow | null> {
    return this.first(sql`m.id = ${id}::int`, fields);
  }

  /** Null when none is stored. Of several, the one with the smallest id. */
  async byImdbId(imdbId: string, fields: readonly MovieField[]): Promise<MovieRow | null> {
    return this.first(sql`m.imdb_id = ${imdbId}`, fields);
  }

  /** The similar movies that are stored and not gone, in TMDB's order; null when there is no such movie. */
  async similarTo(id: number, fields: readonly MovieField[]): Promise<readonly MovieRow[] | null> {
    const source = await this.byId(id, ['similar_movie_ids']);
    if (source === null) return null;
    return this.byIds(idsIn(source.similar_movie_ids), fields);
  }

  /** The movies that are stored and not gone, in the order of the ids. */
  byIds(ids: readonly number[], fields: readonly MovieField[]): Promise<readonly MovieRow[]> {
    return this.query<MovieRow>(sql`
      SELECT ${rawSql(selectFields(fields))} FROM movies m
      WHERE m.id = ANY (${ids}::int[]) AND m.gone_at IS NULL ORDER BY array_position(${ids}::int[], m.id)`);
  }

  private async part(
    columns: Sql,
    filter: Sql,
    { condition, orderBy }: OrderPart,
    limit: number,
    after: Position | null,
  ): Promise<KeyedRow[]> {
    try {
      // PostgreSQL would compute the columns of all rows that match before it sorts them.
      return await this.query<KeyedRow>(sql`
        SELECT ${columns} FROM (
          SELECT * FROM movies m WHERE ${filter} AND ${condition} ORDER BY ${orderBy} LIMIT ${limit}::int
        ) AS m ORDER BY ${orderBy}`);
    } catch (error) {
      // Class 22, data exception: the position is the only value that was not validated.
      if (after !== null && sqlStateOf(error)?.startsWith('22') === true) throw new InvalidCursorError();
      throw error;
    }
  }

  private async first(condition: Sql, fields: readonly MovieField[]): Promise<MovieRow | null> {
    const [movie] = await this.query<MovieRow>(
      sql`SELECT ${rawSql(selectFields(fields))} FROM movies m WHERE ${condition} ORDER BY m.id LIMIT 1`,
    );
    return movie ?? null;
  }

  private query<Row extends object>(statement: Sql): Promise<Row[]> {
    return this.reads.query<Row>(statement, READ_DEADLINE_MS);
  }
}

const MAX_INT4 = 2 ** 31 - 1;

function idsIn(value: unknown): number[] {
  const values: readonly unknown[] = Array.isArray(value) ? value : [];
  return values.filter((id): id is number => Number.isInteger(id) && Math.abs(id as number) <= MAX_INT4);
}
