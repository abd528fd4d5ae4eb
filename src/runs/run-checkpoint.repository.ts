import { Injectable } from '@nestjs/common';
import { Prisma } from '../database/generated/client.js';
import { PrismaService, type Transaction } from '../database/prisma.service.js';
import type { Choice } from '../enrichment/enrichment-selection.js';
import type { StoreReport } from '../movies/movies.repository.js';
import type { TmdbWait } from '../tmdb/tmdb-wait.js';
import { held, type RunLease, LeaseLostError } from './run-lease.js';
import type { Walked } from '../pipeline/collect/paginate-list.js';
import type { Source } from './run-plan.js';
import type { ItemError, RunCounts, RunProgress } from './run.js';
import type { RunEnd } from './run-outcome.js';
import type { TmdbCounts } from './run-counters.js';
import { toCounts } from './runs.repository.js';

/** What became of a movie that is to be enriched. */
export type Enrichment = 'done' | 'gone' | 'failed';

/** What a worker says once a second. */
export interface Told {
  /** Null when it is another worker's to say. */
  readonly progress: RunProgress | null;
  /** Null leaves what another worker may have said: it holds for a while, and nobody has to take it back. */
  readonly waiting: TmdbWait | null;
  /** Since it last said so. */
  readonly tmdb: TmdbCounts;
}

/** What a worker hears each time it tells how far it is. */
export interface Heard {
  readonly cancelAsked: boolean;
  /** A batch of the run found that it can't go on. */
  readonly stop: RunEnd | null;
}

/** Item errors that are kept with a run; further ones are only counted. */
const MAX_KEPT_ERRORS = 1_000;
const NO_MOVIES = Prisma.sql`SELECT 0 AS id WHERE false`;

/**
 * What an active run has done so far, written in the transaction that does it: the counts never say more or less than
 * the tables, whenever the worker dies. Every write rejects with a LeaseLostError when the run is in other hands.
 */
@Injectable()
export class RunCheckpoint {
  constructor(private readonly prisma: PrismaService) {}

  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    return this.prisma.$transaction(work);
  }

  /** Movies of a list have been stored. */
  moviesStored(tx: Transaction, hold: RunLease, movies: StoreReport): Promise<void> {
    return this.listed(tx, hold, movies, { fetched: 0, page: Prisma.empty });
  }

  /** A page has been stored, with those of its movies that were not before. */
  pageStored(
    tx: Transaction,
    hold: RunLease,
    page: Walked & { readonly source: Source; readonly page: number },
    movies: StoreReport,
  ): Promise<void> {
    const { source, page: number, totalPages, items, rejected } = page;
    const ids = items.map(({ id }) => id);
    return this.listed(tx, hold, movies, {
      fetched: ids.length + rejected.length,
      page: Prisma.sql`, page AS (
        INSERT INTO pipeline_run_pages (run_id, source, page, total_pages, movie_ids, rejected)
        SELECT id, ${source}, ${number}, ${totalPages}, ${ids}::int[], ${rejected.length} FROM counted
      )`,
    });
  }

  /** Pages that the run stored before it was interrupted, by source and number. */
  async pages(runId: number): Promise<ReadonlyMap<string, Walked>> {
    const rows = await this.prisma.pipelineRunPage.findMany({ where: { runId } });
    return new Map(
      rows.map(({ source, page, totalPages, movieIds, rejected }) => [
        pageKey(source, page),
        { totalPages, items: movieIds.map((id) => ({ id })), rejected: Array.from({ length: rejected }) },
      ]),
    );
  }

  /** Movies that the run stored from its lists. */
  async movies(runId: number): Promise<number[]> {
    const where = { runId, stored: { not: null } };
    const rows = await this.prisma.pipelineRunMovie.findMany({ where, select: { movieId: true } });
    return rows.map(({ movieId }) => movieId);
  }

  /**
   * Settles which movies are to be enriched, in this order, and how many were fresh enough to be left out. Returns how
   * many are to be.
   */
  async enrichmentPlanned(tx: Transaction, hold: RunLease, { ids, rest, fresh }: Choice): Promise<number> {
    const first = Prisma.sql`${[...ids]}::int[]`;
    const total = await tx.$executeRaw`
      INSERT INTO pipeline_run_movies (run_id, movie_id, place, enrichment)
      SELECT ${hold.runId}, id, place - 1, 'due'
      FROM unnest(${first} || ARRAY(SELECT id FROM (${rest ?? NO_MOVIES}) AS movies WHERE id NOT IN (SELECT unnest(${first}))))
        WITH ORDINALITY AS due (id, place)
      ON CONFLICT (run_id, movie_id) DO UPDATE SET place = excluded.place, enrichment = 'due'`;
    await this.change(tx, hold, { enrichmentTotal: total, skippedFresh: fresh });
    return total;
  }

  /** How many movies are still to be enriched. */
  countDue(runId: number): Promise<number> {
    return this.prisma.pipelineRunMovie.count({ where: { runId, enrichment: 'due' } });
  }

  /** Movies that are still to be enriched, of those from a place to before another. */
  async due(runId: number, { from, to }: { from: number; to: number }): Promise<number[]> {
    // In one row: a million rows would be a million objects.
    const [row] = await this.prisma.$queryRaw<{ ids: number[] }[]>`
      SELECT ARRAY(SELECT movie_id FROM pipeline_run_movies
        WHERE run_id = ${runId} AND enrichment = 'due' AND place >= ${from} AND place < ${to} ORDER BY place) AS ids`;
    return row?.ids ?? [];
  }

  /** How many movies are still to be enriched, of each `size` places that have such: from the first place on. */
  dueBatches(runId: number, size: number): Promise<{ readonly from: number; readonly movies: number }[]> {
    return this.prisma.$queryRaw`
      SELECT place / ${size}::int * ${size}::int AS from, count(*)::int AS movies FROM pipeline_run_movies
      WHERE run_id = ${runId} AND enrichment = 'due' GROUP BY 1`;
  }

  /** What all workers of the run counted. */
  async counts(runId: number): Promise<RunCounts> {
    return toCounts(await this.prisma.pipelineRun.findUniqueOrThrow({ where: { id: runId } }));
  }

  /** Puts on record what became of movies; each counts once, whoever comes first. Returns how many counted. */
  async moviesSettled(
    tx: Transaction,
    hold: RunLease,
    ids: readonly number[],
    enrichment: Enrichment,
  ): Promise<number> {
    const { runId } = hold;
    const [answer] = await tx.$queryRaw<{ settled: number; held: boolean }[]>`
      WITH settled AS (
        UPDATE pipeline_run_movies SET enrichment = ${enrichment}
        WHERE run_id = ${runId} AND movie_id = ANY(${[...ids]}::int[]) AND enrichment = 'due'
        RETURNING movie_id
      ), counted AS (
        UPDATE pipeline_runs SET
          enriched = enriched + CASE WHEN ${enrichment} = 'done' THEN (SELECT count(*)::int FROM settled) ELSE 0 END,
          gone = gone + CASE WHEN ${enrichment} = 'gone' THEN (SELECT count(*)::int FROM settled) ELSE 0 END
        WHERE ${isHeld(hold)}
        RETURNING id
      )
      SELECT (SELECT count(*)::int FROM settled) AS settled, EXISTS (SELECT FROM counted) AS held`;
    // A failure is counted with its error, and not at all where another worker was first.
    if (answer === undefined || (!answer.held && enrichment !== 'failed')) throw new LeaseLostError(runId);
    return answer.settled;
  }

  /** Something could not be brought in. */
  async itemFailed(tx: Transaction, hold: RunLease, error: ItemError): Promise<void> {
    await this.change(tx, hold, { failed: { increment: 1 } });
    await tx.$executeRaw`
      INSERT INTO pipeline_run_errors (run_id, source, page, movie_id, code, message, occurred_at)
      SELECT id, ${error.source}, ${error.page}, ${error.movieId}, ${error.code}, ${error.message},
        ${error.occurredAt.toISOString()}::timestamptz
      FROM pipeline_runs WHERE id = ${hold.runId} AND failed <= ${MAX_KEPT_ERRORS}`;
  }

  /** Says how far a worker is, and adds what it asked of TMDB since it last said so. */
  async beat(hold: RunLease, { progress, waiting, tmdb }: Told): Promise<Heard> {
    const [run] = await this.prisma.pipelineRun.updateManyAndReturn({
      where: held(hold),
      data: {
        ...increments(tmdb),
        ...(progress === null ? {} : { progress: json(progress) }),
        ...(waiting === null ? {} : { waiting: json(waiting) }),
      },
    });
    if (run === undefined) throw new LeaseLostError(hold.runId);
    return {
      cancelAsked: run.cancelRequestedAt !== null,
      stop: run.abortReason as unknown as RunEnd | null,
    };
  }

  /** One batch found that the whole run can't go on. */
  async stop(runId: number, end: RunEnd): Promise<void> {
    await this.prisma.pipelineRun.updateMany({
      where: { id: runId, status: 'RUNNING' },
      data: { abortReason: json(end) },
    });
  }

  /** One statement for all that is to be said of a page, for there are many. */
  private async listed(
    tx: Transaction,
    hold: RunLease,
    { inserted, updated, unchanged }: StoreReport,
    { fetched, page }: { fetched: number; page: Prisma.Sql },
  ): Promise<void> {
    const ids = [...inserted, ...updated, ...unchanged];
    const results = Object.entries({ inserted, updated, unchanged }).flatMap(([result, { length }]) =>
      Array.from({ length }, () => result),
    );
    const [answer] = await tx.$queryRaw<{ held: boolean }[]>`
      WITH counted AS (
        UPDATE pipeline_runs SET
          fetched = fetched + ${fetched},
          inserted = inserted + ${inserted.length},
          updated = updated + ${updated.length},
          unchanged = unchanged + ${unchanged.length},
          movies_processed = movies_processed + ${ids.length}
        WHERE ${isHeld(hold)}
        RETURNING id
      ), movies AS (
        INSERT INTO pipeline_run_movies (run_id, movie_id, stored)
        SELECT id, movie_id, result FROM counted, unnest(${ids}::int[], ${results}::text[]) AS stored (movie_id, result)
      )${page}
      SELECT EXISTS (SELECT FROM counted) AS held`;
    if (answer?.held !== true) throw new LeaseLostError(hold.runId);
  }

  private async change(
    tx: Transaction,
    hold: RunLease,
    data: Prisma.PipelineRunUpdateManyMutationInput,
  ): Promise<void> {
    const { count } = await tx.pipelineRun.updateMany({ where: held(hold), data });
    if (count === 0) throw new LeaseLostError(hold.runId);
  }
}

function isHeld({ runId, fence }: RunLease): Prisma.Sql {
  return Prisma.sql`id = ${runId} AND status = 'RUNNING' AND times_resumed = coalesce(${fence}::int, times_resumed)`;
}

export function pageKey(source: string, page: number): string {
  return `${source} ${page}`;
}

function increments(counts: Partial<RunCounts>): Prisma.PipelineRunUpdateManyMutationInput {
  return Object.fromEntries(Object.entries(counts).map(([name, by]) => [name, { increment: by }]));
}

/** A value of ours as JSON for Prisma: its type asks for index signatures that interfaces do not have. */
function json(value: object): Prisma.InputJsonValue {
  return value;
}
