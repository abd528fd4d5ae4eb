import { createHash } from 'node:crypto';
import { rawSql, type Sql, sql } from '../../database/prisma.service.js';
import { TITLE_KEY } from './filter-expressions.js';

interface SortKey {
  readonly expression: string;
  /** PostgreSQL type. */
  readonly type: string;
  readonly isNullable: boolean;
}

/** Qualified: ORDER BY takes a bare name for the column of the result, which has another type. */
const KEYS = {
  popularity: { expression: 'm.popularity', type: 'float8', isNullable: true },
  rating: { expression: 'm.vote_average', type: 'float8', isNullable: true },
  votes: { expression: 'm.vote_count', type: 'int', isNullable: true },
  released: { expression: 'm.release_date', type: 'date', isNullable: true },
  title: { expression: TITLE_KEY, type: 'text COLLATE "C"', isNullable: true },
  updated: { expression: 'm.updated_at', type: 'timestamp', isNullable: false },
  id: { expression: 'm.id', type: 'int', isNullable: false },
} as const satisfies Record<string, SortKey>;

type SortName = keyof typeof KEYS;
export type MovieSort = SortName | `-${SortName}`;
const SORT_NAMES = Object.keys(KEYS) as SortName[];
export const MOVIE_SORTS: readonly MovieSort[] = SORT_NAMES.flatMap((name) => [name, `-${name}` as const]);

/** The place of a movie in an order. */
export interface Position {
  /** The value that is sorted by, as PostgreSQL's text; null stands last in every order. */
  readonly key: string | null;
  readonly id: number;
}

export interface Order {
  /** Selects the key of a row as text. */
  readonly key: Sql;
  /** What may precede the rows whose key is null, and those rows. Each part is sorted by an index. */
  readonly parts: readonly OrderPart[];
}

export interface OrderPart {
  readonly condition: Sql;
  readonly orderBy: Sql;
}

/**
 * The rows after a position, in parts that follow one another. NULLs are a part of their own, since no B-tree has both
 * orders with NULLs last.
 * @param after null: from the beginning
 */
export function orderOf(sort: MovieSort, after: Position | null): Order {
  const name = sort.replace(/^-/, '') as SortName;
  const { expression, type, isNullable } = KEYS[name];
  const key = rawSql(expression);
  const descends = sort.startsWith('-');
  const [direction, beyond] = descends ? [rawSql('DESC'), rawSql('<')] : [rawSql('ASC'), rawSql('>')];
  const orderBy = sql`${key} ${direction}, m.id ${direction}`;
  const valued: OrderPart = {
    condition:
      after === null
        ? sql`${key} IS NOT NULL`
        : sql`(${key}, m.id) ${beyond} (${after.key}::${rawSql(type)}, ${after.id}::int)`,
    orderBy,
  };
  const isAmongNulls = after?.key === null;
  const nulls: OrderPart = {
    condition: isAmongNulls ? sql`${key} IS NULL AND m.id ${beyond} ${after.id}::int` : sql`${key} IS NULL`,
    // The key too, although it is null in all of them: PostgreSQL would not follow the index otherwise.
    orderBy,
  };
  const first = isAmongNulls ? [] : [valued];
  return { key: sql`(${key})::text`, parts: isNullable ? [...first, nulls] : first };
}

/** What a cursor was made for: these filters in this order. */
export function digestOf(sort: MovieSort, filters: object): string {
  return createHash('sha256')
    .update(JSON.stringify([sort, Object.entries(filters).sort()]))
    .digest('base64url')
    .slice(0, 10);
}

/** @param digest see {@link digestOf} */
export function encodeCursor({ key, id }: Position, digest: string): string {
  return Buffer.from(JSON.stringify([digest, id, key])).toString('base64url');
}

/** Null when it is no cursor; `digest` tells what it was made for. The key may be no value of the column. */
export function decodeCursor(cursor: string): (Position & { readonly digest: string }) | null {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    return null;
  }
  const [digest, id, key] = Array.isArray(value) ? (value as unknown[]) : [];
  if (typeof digest !== 'string' || !Number.isInteger(id)) return null;
  if (key !== null && typeof key !== 'string') return null;
  return { digest, id: id as number, key };
}
