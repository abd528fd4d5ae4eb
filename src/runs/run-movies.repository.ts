import { Injectable } from '@nestjs/common';
import { Prisma } from '../database/generated/client.js';
import { PrismaService, type Transaction } from '../database/prisma.service.js';
import type { MoviesQuery } from '../movies/movies.repository.js';
import { RunAborted } from './run-ending.js';
import { whereLeased, type RunLease } from './run-lease.js';
import { sqlLeased } from './run-lease.repository.js';
import { type ItemError, MAX_KEPT_ERRORS } from './run.js';

/** The result of enriching one movie. */
export type EnrichmentResult = 'done' | 'gone' | 'failed';

/** The movies that a run is to enrich. */
export interface EnrichmentWork {
  /** In this order, before those of `rest`. */
  readonly ids: readonly number[];
  /** Selects further ids, `ids` among them or not; null: none. */
  readonly rest: MoviesQuery | null;
  /** Collected movies that are left out because their details are fresh. */
  readonly fresh: number;
}

const NO_MOVIES = Prisma.sql`SELECT 0 AS id WHERE false`;

/** Sole reader of pipeline_run_movies: which movies an active run has stored, and which it has yet to enrich. */
@Injectable()
export class RunMovies {
  constructor(private readonly prisma: PrismaService) {}

  /** Ids of the movies that the run stored from its lists. */
  async stored(runId: number): Promise<number[]> {
    const where = { runId, stored: { not: null } };
    const rows = await this.prisma.pipelineRunMovie.findMany({ where, select: { movieId: true } });
    return rows.map(({ movieId }) => movieId);
  }

  /** Records the movies to enrich, each with its place. Returns how many there are. */
  async plan(tx: Transaction, lease: RunLease, { ids, rest, fresh }: EnrichmentWork): Promise<number> {
    const first = Prisma.sql`${[...ids]}::int[]`;
    const total = await tx.$executeRaw`
      INSERT INTO pipeline_run_movies (run_id, movie_id, place, enrichment)
      SELECT ${lease.runId}, id, place - 1, 'due'
      FROM unnest(${first} || ARRAY(SELECT id FROM (${rest ?? NO_MOVIES}) AS movies WHERE id NOT IN (SELECT unnest(${first}))))
        WITH ORDINALITY AS due (id, place)
      ON CONFLICT (run_id, movie_id) DO UPDATE SET place = excluded.place, enrichment = 'due'`;
    const { count } = await tx.pipelineRun.updateMany({
      where: whereLeased(lease),
      data: { enrichmentTotal: total, skippedFresh: fresh },
    });
    if (count === 0) throw new RunAborted({ kind: 'lost' });
    return total;
  }

  /**
   * Records further movies of a run that selects them bit by bit, after those that it has recorded before, and forgets those
   * that are done. Returns the place of the first.
   * @param align their first place is a multiple of it
   */
  async planNext(tx: Transaction, lease: RunLease, ids: readonly number[], align: number): Promise<number> {
    const { runId } = lease;
    await tx.pipelineRunMovie.deleteMany({ where: { runId, enrichment: 'done' } });
    const { enrichmentTotal } = await tx.pipelineRun.findUniqueOrThrow({ where: { id: runId } });
    const from = Math.ceil((enrichmentTotal ?? 0) / align) * align;
    await tx.$executeRaw`
      INSERT INTO pipeline_run_movies (run_id, movie_id, place, enrichment)
      SELECT ${runId}, id, ${from} + place - 1, 'due' FROM unnest(${[...ids]}::int[]) WITH ORDINALITY AS due (id, place)`;
    const { count } = await tx.pipelineRun.updateMany({
      where: whereLeased(lease),
      data: { enrichmentTotal: from + ids.length },
    });
    if (count === 0) throw new RunAborted({ kind: 'lost' });
    return from;
  }

  /** Selects the ids of the movies that the run has recorded: those that it has not finished, failed or did not find. */
  recorded(runId: number): MoviesQuery {
    return Prisma.sql`SELECT movie_id FROM pipeline_run_movies WHERE run_id = ${runId}`;
  }

  /** How many movies the run has finished, whatever came of them. */
  async handled(runId: number): Promise<number> {
    const [row] = await this.prisma.$queryRaw<{ movies: number }[]>`
      SELECT enriched + gone + (SELECT count(*)::int FROM pipeline_run_movies
        WHERE run_id = ${runId} AND enrichment = 'failed') AS movies
      FROM pipeline_runs WHERE id = ${runId}`;
    return row?.movies ?? 0;
  }

  /** How many movies are yet to be enriched, and how many could not be. */
  async remaining(runId: number): Promise<{ readonly due: number; readonly failed: number }> {
    const counts = await this.prisma.pipelineRunMovie.groupBy({
      by: 'enrichment',
      where: { runId, enrichment: { in: ['due', 'failed'] } },
      _count: true,
    });
    const of = (result: string): number =>
      counts.find(({ enrichment }) => enrichment === result)?._count ?? 0;
    return { due: of('due'), failed: of('failed') };
  }

  /**
   * Ids of the movies that are yet to be enriched, from one place up to another, exclusive. None while the run is set
   * aside.
   */
  async due(runId: number, { from, to }: { from: number; to: number }): Promise<number[]> {
    // In one row: a million rows would be a million objects.
    const [row] = await this.prisma.$queryRaw<{ ids: number[] }[]>`
      SELECT ARRAY(SELECT movie_id FROM pipeline_run_movies
        WHERE run_id = ${runId} AND enrichment = 'due' AND place >= ${from} AND place < ${to}
          AND EXISTS (SELECT FROM pipeline_runs WHERE id = ${runId} AND status = 'RUNNING')
        ORDER BY place) AS ids`;
    return row?.ids ?? [];
  }

  /** Ids of the movies that TMDB did not find, and how many movies were requested. */
  async notFound(
    tx: Transaction,
    runId: number,
  ): Promise<{ readonly ids: readonly number[]; readonly requested: number }> {
    const [row] = await tx.$queryRaw<[{ ids: number[]; requested: number }]>`
      SELECT coalesce(array_agg(movie_id) FILTER (WHERE enrichment = 'gone'), '{}') AS ids, count(*)::int AS requested
      FROM pipeline_run_movies WHERE run_id = ${runId} AND enrichment IN ('done', 'gone', 'failed')`;
    return row;
  }

  /** Turns the movies that TMDB did not find into failures, each with `error` where it is among those that are kept. */
  async distrust(tx: Transaction, lease: RunLease, error: ItemError): Promise<void> {
    const [answer] = await tx.$queryRaw<{ isLeased: boolean }[]>`
      WITH distrusted AS (
        UPDATE pipeline_run_movies SET enrichment = 'failed' WHERE run_id = ${lease.runId} AND enrichment = 'gone'
        RETURNING movie_id
      ), counted AS (
        UPDATE pipeline_runs SET gone = gone - missing.movies, failed = failed + missing.movies
        FROM (SELECT count(*)::int AS movies FROM distrusted) AS missing
        WHERE ${sqlLeased(lease)}
        RETURNING id, failed - missing.movies AS failed_before
      ), kept AS (
        INSERT INTO pipeline_run_errors (run_id, movie_id, code, message, occurred_at)
        SELECT id, movie_id, ${error.code}, ${error.message}, ${error.occurredAt.toISOString()}::timestamptz
        FROM counted, (SELECT movie_id, row_number() OVER (ORDER BY movie_id) AS place FROM distrusted) AS missing
        WHERE failed_before + place <= ${MAX_KEPT_ERRORS}
      )
      SELECT EXISTS (SELECT FROM counted) AS "isLeased"`;
    if (answer?.isLeased !== true) throw new RunAborted({ kind: 'lost' });
  }

  /** How many movies are yet to be enriched in each range of `size` places that has any. */
  dueByRange(runId: number, size: number): Promise<{ readonly from: number; readonly movies: number }[]> {
    return this.prisma.$queryRaw`
      SELECT place / ${size}::int * ${size}::int AS from, count(*)::int AS movies FROM pipeline_run_movies
      WHERE run_id = ${runId} AND enrichment = 'due' GROUP BY 1`;
  }

  /**
   * Records the result of movies; each counts once, whichever worker is first. A failure is counted by
   * `RunCheckpoint.itemFailed`. Returns how many movies this call settled.
   * @param feedMissed how many of them have changed although TMDB's change feed had not named them
   */
  async settle(
    tx: Transaction,
    lease: RunLease,
    ids: readonly number[],
    result: EnrichmentResult,
    feedMissed = 0,
  ): Promise<number> {
    const [answer] = await tx.$queryRaw<{ settled: number; leased: boolean }[]>`
      WITH settled AS (
        UPDATE pipeline_run_movies SET enrichment = ${result}
        WHERE run_id = ${lease.runId} AND movie_id = ANY(${[...ids]}::int[]) AND enrichment = 'due'
        RETURNING movie_id
      ), counted AS (
        UPDATE pipeline_runs SET
          enriched = enriched + CASE WHEN ${result} = 'done' THEN (SELECT count(*)::int FROM settled) ELSE 0 END,
          feed_missed = feed_missed + ${feedMissed},
          gone = gone + CASE WHEN ${result} = 'gone' THEN (SELECT count(*)::int FROM settled) ELSE 0 END
        WHERE ${sqlLeased(lease)}
        RETURNING id
      )
      SELECT (SELECT count(*)::int FROM settled) AS settled, EXISTS (SELECT FROM counted) AS leased`;
    if (answer?.leased !== true) throw new RunAborted({ kind: 'lost' });
    return answer.settled;
  }
}
