import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../common/clock.js';
import { RANDOM, type Random } from '../common/random.js';
import { retry } from '../common/retry.js';
import { isConflict } from '../database/errors/database-fault.js';
import { Prisma } from '../database/generated/client.js';
import { PrismaService, type Transaction } from '../database/prisma.service.js';
import type { StoreReport } from '../movies/movies.repository.js';
import type { RunWait } from './run-wait.js';
import { RunAborted, type RunEnding, type StopReason } from './run-ending.js';
import { whereLeased, type RunLease } from './run-lease.js';
import { sqlLeased } from './run-lease.repository.js';
import { CATALOGUE, type Source } from './run-plan.js';
import { type ItemError, MAX_KEPT_ERRORS, type RunProgress } from './run.js';
import { readAbortReason } from './stored-json.js';
import type { TmdbCounts } from './tmdb-usage.js';

/** What a run keeps of a list page: enough to go on behind it after an interruption. */
export interface PageSummary {
  readonly totalPages: number;
  readonly items: readonly { readonly id: number }[];
  /** Items that name no movie. */
  readonly rejected: readonly unknown[];
}

interface Heartbeat {
  /** Null for a batch: only the worker that leads the run records progress and renews the lease. */
  readonly progress: RunProgress | null;
  /** Null keeps what another worker recorded: it expires by itself. */
  readonly waiting: RunWait | null;
  /** Since the last heartbeat. */
  readonly tmdb: TmdbCounts;
}

/** Of a transaction that conflicts with others: about four seconds with the back-off. */
const ATTEMPTS = 4;

/**
 * What an active run has done, written in the transaction that does it: counters and tables agree whenever a worker dies.
 * Every write rejects with RunAborted ('lost') when the lease no longer covers the run.
 */
@Injectable()
export class RunCheckpoint {
  constructor(
    private readonly prisma: PrismaService,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(RANDOM) private readonly random: Random,
  ) {}

  /** Runs `work` again, from its beginning, after a deadlock or another conflict of transactions. */
  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    const { clock, random } = this;
    return retry(() => this.prisma.$transaction(work), {
      ...{ clock, random, attempts: ATTEMPTS },
      isRetryable: isConflict,
    });
  }

  /** Counts movies of a list that were stored apart from their page. */
  moviesStored(tx: Transaction, lease: RunLease, movies: StoreReport): Promise<void> {
    return this.count(tx, lease, movies, { fetched: 0, page: Prisma.empty });
  }

  /** Records that a page is stored, with those of its movies that were not stored before. */
  pageStored(
    tx: Transaction,
    lease: RunLease,
    page: PageSummary & { readonly source: Source; readonly page: number },
    movies: StoreReport,
  ): Promise<void> {
    const { source, page: number, totalPages, items, rejected } = page;
    const ids = items.map(({ id }) => id);
    return this.count(tx, lease, movies, {
      fetched: ids.length + rejected.length,
      page: Prisma.sql`, page AS (
        INSERT INTO pipeline_run_pages (run_id, source, page, total_pages, movie_ids, rejected)
        SELECT id, ${source}, ${number}, ${totalPages}, ${ids}::int[], ${rejected.length} FROM counted
      )`,
    });
  }

  /** Pages that the run stored before it was interrupted, by `pageKey`. */
  async storedPages(runId: number): Promise<ReadonlyMap<string, PageSummary>> {
    const rows = await this.prisma.pipelineRunPage.findMany({ where: { runId } });
    return new Map(
      rows.map(({ source, page, totalPages, movieIds, rejected }) => [
        pageKey(source, page),
        { totalPages, items: movieIds.map((id) => ({ id })), rejected: Array.from({ length: rejected }) },
      ]),
    );
  }

  /** Records a movie, page or source that could not be stored. */
  async itemFailed(tx: Transaction, lease: RunLease, error: ItemError): Promise<void> {
    const { count } = await tx.pipelineRun.updateMany({
      where: whereLeased(lease),
      data: { failed: { increment: 1 } },
    });
    if (count === 0) throw new RunAborted({ kind: 'lost' });
    await tx.$executeRaw`
      INSERT INTO pipeline_run_errors (run_id, source, page, movie_id, code, message, occurred_at)
      SELECT id, ${error.source}, ${error.page}, ${error.movieId}, ${error.code}, ${error.message},
        ${error.occurredAt.toISOString()}::timestamptz
      FROM pipeline_runs WHERE id = ${lease.runId} AND failed <= ${MAX_KEPT_ERRORS}`;
  }

  /** Whether a run has recorded a failure of this kind of a source between two times. */
  async hasSourceFailed(source: Source, code: string, since: Date, until: Date): Promise<boolean> {
    const where = { source, code, occurredAt: { gt: since, lte: until } };
    return (await this.prisma.pipelineRunError.findFirst({ where, select: { id: true } })) !== null;
  }

  /** Failures of all workers of the run so far. */
  async failures(runId: number): Promise<number> {
    const { failed } = await this.prisma.pipelineRun.findUniqueOrThrow({
      where: { id: runId },
      select: { failed: true },
    });
    return failed;
  }

  /** Records a worker's heartbeat. Returns why the run should stop, or null. */
  async heartbeat(lease: RunLease, { progress, waiting, tmdb }: Heartbeat): Promise<StopReason | null> {
    const [run] = await this.prisma.$queryRaw<
      { isCancelled: boolean; abortReason: unknown; isSetAside: boolean; isOutranked: boolean }[]
    >`
      UPDATE pipeline_runs SET
        tmdb_requests = tmdb_requests + ${tmdb.tmdbRequests},
        tmdb_retries = tmdb_retries + ${tmdb.tmdbRetries},
        rate_limited = rate_limited + ${tmdb.rateLimited},
        waited_seconds = waited_seconds + ${tmdb.waitedSeconds}::float8,
        waiting = CASE WHEN status = 'RUNNING' THEN coalesce(${json(waiting)}::jsonb, waiting) ELSE waiting END,
        progress = coalesce(${json(progress)}::jsonb, progress),
        heartbeat_at = CASE WHEN ${progress === null} THEN heartbeat_at ELSE clock_timestamp() END
      WHERE ${sqlLeased(lease)}
      RETURNING cancel_requested_at IS NOT NULL AS "isCancelled", abort_reason AS "abortReason",
        status <> 'RUNNING' AS "isSetAside", update_type = ${CATALOGUE} AND EXISTS (
          SELECT FROM pipeline_runs o WHERE o.status = 'QUEUED' AND o.update_type IS DISTINCT FROM ${CATALOGUE}) AS "isOutranked"`;
    if (run === undefined) throw new RunAborted({ kind: 'lost' });
    if (run.isCancelled) return { kind: 'cancelled' };
    // Batches go on until the other run has started.
    const givesWay = progress === null ? run.isSetAside : run.isOutranked;
    return readAbortReason(run.abortReason) ?? (givesWay ? { kind: 'outranked' } : null);
  }

  /** Lets a batch stop the whole run; the worker that leads it reads the reason with its next heartbeat. */
  async requestAbort(runId: number, reason: RunEnding): Promise<void> {
    await this.prisma.pipelineRun.updateMany({
      where: { id: runId, status: 'RUNNING' },
      data: { abortReason: { ...reason } },
    });
  }

  /** One statement for everything that a page changes: a run has thousands of them. */
  private async count(
    tx: Transaction,
    lease: RunLease,
    { inserted, updated, unchanged }: StoreReport,
    { fetched, page }: { fetched: number; page: Prisma.Sql },
  ): Promise<void> {
    const ids = [...inserted, ...updated, ...unchanged];
    const results = Object.entries({ inserted, updated, unchanged }).flatMap(([result, { length }]) =>
      Array.from({ length }, () => result),
    );
    const [answer] = await tx.$queryRaw<{ leased: boolean }[]>`
      WITH counted AS (
        UPDATE pipeline_runs SET
          fetched = fetched + ${fetched},
          inserted = inserted + ${inserted.length},
          updated = updated + ${updated.length},
          unchanged = unchanged + ${unchanged.length},
          movies_processed = movies_processed + ${ids.length}
        WHERE ${sqlLeased(lease)}
        RETURNING id
      ), movies AS (
        INSERT INTO pipeline_run_movies (run_id, movie_id, stored)
        SELECT id, movie_id, result FROM counted, unnest(${ids}::int[], ${results}::text[]) AS stored (movie_id, result)
      )${page}
      SELECT EXISTS (SELECT FROM counted) AS leased`;
    if (answer?.leased !== true) throw new RunAborted({ kind: 'lost' });
  }
}

export function pageKey(source: string, page: number): string {
  return `${source} ${page}`;
}

function json(value: object | null): string | null {
  return value === null ? null : JSON.stringify(value);
}
