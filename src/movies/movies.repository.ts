import { Injectable } from '@nestjs/common';
import { PrismaService, type Sql, sql, type Transaction } from '../database/prisma.service.js';
import type {
  EnrichedMovie,
  FailingMovie,
  FetchedMovie,
  GoneMovie,
  GonePage,
  ListedMovie,
} from './movie-record.js';
import { rowRefusedError } from './row-refused-error.js';
import { updateTitles } from './search/movie-titles.js';
import * as due from './sql/due-sql.js';
import { listedDigest, STORED_AS_LISTED } from './sql/listed-digest.js';
import { REPLACE_ROWS, type RowField } from './sql/rows-sql.js';
import { UPSERT_ENRICHED, UPSERT_LISTED } from './sql/upsert-sql.js';

/** Ids of the stored movies, by what happened to their rows. */
export interface StoreReport {
  readonly inserted: readonly number[];
  readonly updated: readonly number[];
  readonly unchanged: readonly number[];
}

export interface EnrichedReport extends StoreReport {
  /** Movies that have changed although TMDB's change feed had not named them by the last day that was read. */
  readonly feedMissed: readonly number[];
}

export interface DueAmong {
  /** Never enriched first, then the most popular. */
  readonly due: readonly number[];
  /** Number of movies whose details are not stale. */
  readonly fresh: number;
}

export interface Freshness {
  readonly movies: number;
  readonly enriched: number;
}

/** A query that selects `id`, to be embedded in another statement: its result may have a million rows. */
export type MoviesQuery = Sql;

/** The only reader and writer of the table `movies`. */
@Injectable()
export class MoviesRepository {
  constructor(private readonly prisma: PrismaService) {}

  /**
   * Stores movies as a list describes them, each id once, in one statement, then their searched titles. Sends only those that differ from what is
   * stored, and leaves the columns that come from details alone.
   * @throws RowRefusedError when the database rejects a value; nothing of the batch is stored
   */
  async storeListed(
    movies: readonly ListedMovie[],
    now: Date,
    tx: Transaction = this.prisma,
  ): Promise<StoreReport> {
    const same = await storedAsListed(tx, movies);
    const others = movies.filter(({ id }) => !same.has(id));
    const report = reportOf(await store(tx, UPSERT_LISTED, others, now));
    await updateTitles([...report.inserted, ...report.updated], tx);
    return { ...report, unchanged: [...same, ...report.unchanged] };
  }

  /**
   * Stores the details of movies, each id once, and marks the movies as enriched. One statement, another for each table of
   * translations and releases in which something changes, and those of the searched titles.
   * @throws RowRefusedError when the database rejects a value; nothing of the batch is stored if the transaction ends
   */
  async storeEnriched(movies: readonly FetchedMovie[], now: Date, tx?: Transaction): Promise<EnrichedReport> {
    if (tx === undefined) return this.prisma.$transaction((own) => this.storeEnriched(movies, now, own));
    const stored = await store(tx, UPSERT_ENRICHED, movies, now);
    for (const field of ['translations', 'releases'] as const) {
      const differing = new Set(stored.filter((row) => row[`${field}_differ`]).map(({ id }) => id));
      await replaceRows(
        tx,
        field,
        movies.filter(({ id }) => differing.has(id)),
      );
    }
    const report = reportOf(stored);
    await updateTitles([...report.inserted, ...report.updated], tx);
    return { ...report, feedMissed: stored.filter((row) => row.feed_missed).map(({ id }) => id) };
  }

  /** The due movies among `ids`, at most `limit`. Without `incremental` all of them are due. */
  async dueAmong(
    ids: readonly number[],
    { limit, now, incremental }: { limit: number; now: Date; incremental: boolean },
  ): Promise<DueAmong> {
    const rows = await this.prisma.$queryRaw<{ id: number; due: boolean; fresh: boolean }[]>(
      due.selectDueAmong(ids, now),
    );
    const chosen = incremental ? rows.filter((row) => row.due) : rows;
    return {
      due: chosen.slice(0, limit).map(({ id }) => id),
      fresh: incremental ? rows.filter((row) => row.fresh).length : 0,
    };
  }

  /** Due movies among all that are stored: never enriched first, then the most popular. */
  async dueStored({ limit, now }: { limit: number; now: Date }): Promise<number[]> {
    const never = limit > 0 ? await this.idsOf(due.selectNeverEnriched(now, limit)) : [];
    const rest = limit - never.length;
    return rest > 0 ? [...never, ...(await this.idsOf(due.selectStale(now, rest)))] : never;
  }

  /** Movies that an earlier version enriched, whose newer columns are unknown, the most popular first. */
  incomplete({ limit, now }: { limit: number; now: Date }): Promise<number[]> {
    return this.idsOf(due.selectIncomplete(now, limit));
  }

  /** Movies that changed at TMDB, or whose details are nearly as old as TMDB's terms allow, the oldest details first. */
  urgent(now: Date): MoviesQuery {
    return due.selectUrgent(now);
  }

  /** When the oldest details that are not overdue were requested; null if there are none. */
  async oldestDetails(now: Date): Promise<Date | null> {
    const [oldest] = await this.prisma.$queryRaw<{ at: Date | null }[]>(due.selectOldestDetails(now));
    return oldest?.at ?? null;
  }

  /** Makes details of these movies due that were requested before `at`. */
  async markChanged(ids: readonly number[], at: Date, tx: Transaction = this.prisma): Promise<void> {
    await tx.$executeRaw(due.updateChanged(ids, at));
  }

  /** All movies: never enriched first, then the most popular. */
  all(): MoviesQuery {
    return due.SELECT_ALL;
  }

  /** Number of those movies that TMDB has not failed to find before. */
  async countFirstNotFound(ids: readonly number[], tx: Transaction = this.prisma): Promise<number> {
    const [count] = await tx.$queryRaw<{ movies: number }[]>(due.countFirstNotFound(ids));
    return count?.movies ?? 0;
  }

  /**
   * Records that TMDB does not find these movies. One that it did not find on an earlier day either is gone from then on.
   * The rows stay.
   */
  async markNotFound(ids: readonly number[], now: Date, tx: Transaction = this.prisma): Promise<void> {
    await tx.$executeRaw(due.updateNotFound(ids, now));
  }

  /** Records that the details of these movies could not be fetched or stored. Each failure delays the next request. */
  async markFailed(ids: readonly number[], now: Date, tx: Transaction = this.prisma): Promise<void> {
    await tx.$executeRaw(due.updateFailed(ids, now));
  }

  /** Makes movies due that two exports of all ids do not name, and clears `gone_at` of those that a later export names. */
  async followExports(tx: Transaction): Promise<void> {
    await tx.$executeRaw(due.UPDATE_MISSING);
    await tx.$executeRaw(due.UPDATE_RETURNED);
  }

  /** Movies that are gone, in the order of their ids. */
  gone(page: GonePage): Promise<GoneMovie[]> {
    return this.prisma.$queryRaw<GoneMovie[]>(due.selectGone(page));
  }

  /** Movies that failed at least twice in a row, those with the most failures first. */
  failing(limit: number): Promise<FailingMovie[]> {
    return this.prisma.$queryRaw<FailingMovie[]>(due.selectFailing(limit));
  }

  /** Number of movies that failed at least twice in a row. */
  async countFailing(): Promise<number> {
    const [count] = await this.prisma.$queryRaw<{ movies: number }[]>(due.COUNT_FAILING);
    return count?.movies ?? 0;
  }

  async freshness(): Promise<Freshness> {
    const [movies, enriched] = await Promise.all([
      this.prisma.movie.count(),
      this.prisma.movie.count({ where: { enrichedAt: { not: null } } }),
    ]);
    return { movies, enriched };
  }

  private async idsOf(query: MoviesQuery): Promise<number[]> {
    // One row with an array: a million rows would be a million objects.
    const [row] = await this.prisma.$queryRaw<{ ids: number[] }[]>(sql`SELECT ARRAY(${query}) AS ids`);
    return row?.ids ?? [];
  }
}

/** What the upsert did with a movie. */
type StoredRow = { readonly id: number; readonly result: keyof StoreReport } & Readonly<
  Partial<Record<`${RowField}_differ` | 'feed_missed', boolean>>
>;

async function storedAsListed(tx: Transaction, movies: readonly ListedMovie[]): Promise<ReadonlySet<number>> {
  if (movies.length === 0) return new Set();
  const [row] = await tx.$queryRawUnsafe<{ ids: number[] }[]>(
    STORED_AS_LISTED,
    movies.map(({ id }) => id),
    movies.map(listedDigest),
  );
  return new Set(row?.ids);
}

async function store(
  tx: Transaction,
  upsert: string,
  movies: readonly ListedMovie[],
  now: Date,
): Promise<StoredRow[]> {
  if (movies.length === 0) return [];
  try {
    return await tx.$queryRawUnsafe<StoredRow[]>(
      upsert,
      Buffer.from(JSON.stringify(movies)),
      now.toISOString(),
    );
  } catch (error) {
    throw rowRefusedError(error) ?? error;
  }
}

function reportOf(stored: readonly StoredRow[]): StoreReport {
  const report = { inserted: [] as number[], updated: [] as number[], unchanged: [] as number[] };
  for (const { id, result } of stored) report[result].push(id);
  return report;
}

async function replaceRows(
  tx: Transaction,
  field: RowField,
  movies: readonly EnrichedMovie[],
): Promise<void> {
  if (movies.length === 0) return;
  const rows = movies.flatMap(({ id, [field]: given }) => given.map((row) => ({ movie_id: id, ...row })));
  try {
    await tx.$executeRawUnsafe(
      REPLACE_ROWS[field],
      movies.map(({ id }) => id),
      Buffer.from(JSON.stringify(rows)),
    );
  } catch (error) {
    throw rowRefusedError(error) ?? error;
  }
}
