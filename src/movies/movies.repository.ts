import { Injectable } from '@nestjs/common';
import { Prisma } from '../database/generated/client.js';
import { PrismaService, type Transaction } from '../database/prisma.service.js';
import {
  AMONG,
  COUNT_FAILING,
  ENRICHED_BEFORE,
  FAILING,
  MARK_FAILED,
  MARK_GONE,
  NEVER_ENRICHED,
  OVERDUE,
} from './sql/due-sql.js';
import { listedDigest, STORED_AS_LISTED } from './sql/listed-digest.js';
import type { EnrichedMovie, FailingMovie, ListedMovie } from './movie-record.js';
import { refusal } from './row-refused-error.js';
import { enrichedRow, listedRow, type MovieRow } from './rows.js';
import { UPSERT_ENRICHED, UPSERT_LISTED } from './sql/upsert-sql.js';

/** Ids by what storing did to their rows. */
export interface StoreReport {
  readonly inserted: readonly number[];
  readonly updated: readonly number[];
  readonly unchanged: readonly number[];
}

export interface DueAmong {
  /** Never enriched first, then the most popular. */
  readonly due: readonly number[];
  /** How many were enriched recently enough. */
  readonly fresh: number;
}

export interface Freshness {
  readonly movies: number;
  readonly enriched: number;
}

/** Answers `id`; part of the statement that needs them, for there may be a million. */
export type MoviesQuery = Prisma.Sql;

/** Sole reader and writer of movies. */
@Injectable()
export class MoviesRepository {
  constructor(private readonly prisma: PrismaService) {}

  /**
   * Stores what lists say of movies, each id once: those of which something else is stored, in one statement. Columns that
   * come from details stay as they are.
   * @throws RowRefusedError when the database refuses a value; nothing of the batch is stored then
   */
  async storeListed(
    movies: readonly ListedMovie[],
    now: Date,
    tx: Transaction = this.prisma,
  ): Promise<StoreReport> {
    const rows = movies.map(listedRow);
    const same = await storedAsListed(tx, rows);
    const report = await store(
      tx,
      UPSERT_LISTED,
      rows.filter(({ id }) => !same.has(id)),
      now,
    );
    return { ...report, unchanged: [...same, ...report.unchanged] };
  }

  /**
   * Stores the details of movies, each id once, in one statement, and marks them as enriched.
   * @throws RowRefusedError when the database refuses a value; nothing of the batch is stored then
   */
  storeEnriched(
    movies: readonly EnrichedMovie[],
    now: Date,
    tx: Transaction = this.prisma,
  ): Promise<StoreReport> {
    return store(tx, UPSERT_ENRICHED, movies.map(enrichedRow), now);
  }

  /** Which of the movies are due, `limit` at most. All of them are when the run is not `incremental`. */
  async dueAmong(
    ids: readonly number[],
    { limit, now, incremental }: { limit: number; now: Date; incremental: boolean },
  ): Promise<DueAmong> {
    const rows = await this.prisma.$queryRawUnsafe<{ id: number; due: boolean; fresh: boolean }[]>(
      AMONG,
      now.toISOString(),
      ids,
    );
    const due = incremental ? rows.filter((row) => row.due) : rows;
    return {
      due: due.slice(0, limit).map(({ id }) => id),
      fresh: incremental ? rows.filter((row) => row.fresh).length : 0,
    };
  }

  /** Movies that are due, whichever list names them: never enriched first, then the most popular. */
  async dueStored({ limit, now }: { limit: number; now: Date }): Promise<number[]> {
    const never = limit > 0 ? await this.idsOf(NEVER_ENRICHED, now, limit) : [];
    const rest = limit - never.length;
    return rest > 0 ? [...never, ...(await this.idsOf(ENRICHED_BEFORE, now, rest))] : never;
  }

  /** Movies whose details are older than TMDB's terms allow for, nearly; the oldest first. */
  overdue(now: Date): MoviesQuery {
    const [first = '', ...others] = OVERDUE.split('$1');
    return Prisma.sql([first, ...others], ...others.map(() => now.toISOString()));
  }

  /** TMDB no longer knows these ids. The rows stay. */
  async markGone(ids: readonly number[], now: Date, tx: Transaction = this.prisma): Promise<void> {
    await tx.$executeRawUnsafe(MARK_GONE, now.toISOString(), ids);
  }

  /** The details of these movies could not be had or stored. The more often, the later they are due again. */
  async markFailed(ids: readonly number[], now: Date, tx: Transaction = this.prisma): Promise<void> {
    await tx.$executeRawUnsafe(MARK_FAILED, now.toISOString(), ids);
  }

  /** Movies that failed at least twice in a row, those with the most failures first. */
  failing(limit: number): Promise<FailingMovie[]> {
    return this.prisma.$queryRawUnsafe<FailingMovie[]>(FAILING, limit);
  }

  /** How many movies failed at least twice in a row. */
  async countFailing(): Promise<number> {
    const [count] = await this.prisma.$queryRawUnsafe<{ movies: number }[]>(COUNT_FAILING);
    return count?.movies ?? 0;
  }

  async freshness(): Promise<Freshness> {
    const [movies, enriched] = await Promise.all([
      this.prisma.movie.count(),
      this.prisma.movie.count({ where: { enrichedAt: { not: null } } }),
    ]);
    return { movies, enriched };
  }

  private async idsOf(sql: string, ...values: readonly (Date | number)[]): Promise<number[]> {
    const parameters = values.map((value) => (value instanceof Date ? value.toISOString() : value));
    // In one row: a million rows would be a million objects.
    const [row] = await this.prisma.$queryRawUnsafe<{ ids: number[] }[]>(
      `SELECT ARRAY(${sql}) AS ids`,
      ...parameters,
    );
    return row?.ids ?? [];
  }
}

async function storedAsListed(tx: Transaction, rows: readonly MovieRow[]): Promise<ReadonlySet<number>> {
  if (rows.length === 0) return new Set();
  const [row] = await tx.$queryRawUnsafe<{ ids: number[] }[]>(
    STORED_AS_LISTED,
    rows.map(({ id }) => id),
    rows.map(listedDigest),
  );
  return new Set(row?.ids);
}

async function store(
  tx: Transaction,
  sql: string,
  rows: readonly MovieRow[],
  now: Date,
): Promise<StoreReport> {
  const report = { inserted: [] as number[], updated: [] as number[], unchanged: [] as number[] };
  if (rows.length === 0) return report;
  try {
    const stored = await tx.$queryRawUnsafe<{ id: number; result: keyof StoreReport }[]>(
      sql,
      Buffer.from(JSON.stringify(rows)),
      now.toISOString(),
    );
    for (const { id, result } of stored) report[result].push(id);
    return report;
  } catch (error) {
    throw refusal(error) ?? error;
  }
}
