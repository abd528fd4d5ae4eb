import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../common/clock.js';
import { type PipelineRun, type PipelineRunError, Prisma } from '../database/generated/client.js';
import { PrismaService, type Transaction } from '../database/prisma.service.js';
import { holding, type TmdbWait } from '../tmdb/tmdb-wait.js';
import type { ItemError, Run, RunCounts, RunProgress, RunStatus, SourceReport, Trigger } from './run.js';
import { RUN_LOCK_IS_HELD } from '../pipeline/execution/run-lock.js';
import type { UpdateType } from './run-plan.js';

export interface RunDetails {
  readonly run: Run;
  readonly sources: readonly SourceReport[];
  readonly errors: readonly ItemError[];
}

export interface ActiveRun {
  readonly run: Run;
  readonly progress: RunProgress | null;
  /** Whether it goes on with another worker when its own dies. */
  readonly isQueued: boolean;
}

/** Why a movie's details could not be had or stored. */
export type MovieError = Pick<ItemError, 'code' | 'message' | 'occurredAt'> & { readonly runId: number };

export interface RunsOverview {
  /** The run that is at work, or else the one that is to be next. */
  readonly active: ActiveRun | null;
  /** The run that ended or began last, whichever state it is in. */
  readonly last: Run | null;
  readonly figures: RunFigures;
}

export interface RunsQuery {
  readonly limit: number;
  /** Older than this one. */
  readonly before: number | null;
  readonly status: RunStatus | null;
  readonly updateType: UpdateType | null;
  readonly trigger: Trigger | null;
  readonly since: Date | null;
  readonly until: Date | null;
}

export interface RunFigures {
  readonly total: number;
  readonly successful: number;
  readonly failed: number;
  readonly partial: number;
  /** Over finished runs that know theirs; null when there is none. */
  readonly averageDurationSeconds: number | null;
}

/** As the database counts the runs of each status. */
interface FigureRow {
  readonly status: string;
  readonly runs: number;
  /** Runs that know their duration. */
  readonly timed: number;
  readonly seconds: number;
}

type OverviewRow = PipelineRun & { readonly part: 'active' | 'last'; readonly figures: readonly FigureRow[] };

/** A run as Prisma names its columns, and no column that somebody added. */
const RUN = Object.keys(Prisma.PipelineRunScalarFieldEnum)
  .map((field) => `${field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)} AS "${field}"`)
  .join(', ');

/** A row for each part that there is. */
const OVERVIEW = `
  SELECT figures, parts.*
  FROM (SELECT jsonb_agg(f) AS figures FROM pipeline_run_totals f) AS counted LEFT JOIN (
    (SELECT 'active' AS part, ${RUN} FROM pipeline_runs
     WHERE status IN ('RUNNING', 'QUEUED')
       AND (status = 'QUEUED' OR job_id IS NOT NULL OR ${RUN_LOCK_IS_HELD})
     ORDER BY pipeline_runs.status DESC, pipeline_runs.id LIMIT 1)
    UNION ALL
    (SELECT 'last', ${RUN} FROM pipeline_runs ORDER BY pipeline_runs.id DESC LIMIT 1)
  ) AS parts ON true`;

/** Reads what is on record of runs. */
@Injectable()
export class RunsRepository {
  constructor(
    private readonly prisma: PrismaService,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * In one statement: to wake a process of the server for each part costs both sides more than the parts do. A run in the
   * foreground whose process died is not active; the next run or start puts that on record.
   */
  async overview(tx: Transaction = this.prisma): Promise<RunsOverview> {
    const rows = await tx.$queryRawUnsafe<OverviewRow[]>(OVERVIEW);
    const active = rows.find(({ part }) => part === 'active');
    const last = rows.find(({ part }) => part === 'last');
    return {
      active:
        active === undefined
          ? null
          : { run: toRun(active), progress: this.progressOf(active), isQueued: active.jobId !== null },
      last: last === undefined ? null : toRun(last),
      figures: toFigures(rows[0]?.figures ?? []),
    };
  }

  /** Newest first. */
  async list({ limit, before, since, until, ...equal }: RunsQuery): Promise<Run[]> {
    const { status, updateType, trigger } = equal;
    const bound = until === null ? null : await this.newestUntil(until);
    const rows = await this.prisma.pipelineRun.findMany({
      where: {
        ...(status === null ? {} : { status }),
        ...(updateType === null ? {} : { updateType }),
        ...(trigger === null ? {} : { trigger }),
        runDate: { ...(since === null ? {} : { gte: since }), ...(until === null ? {} : { lte: until }) },
        id: { ...(before === null ? {} : { lt: before }), ...(bound === null ? {} : { lte: bound }) },
      },
      orderBy: { id: 'desc' },
      take: limit,
    });
    return rows.map(toRun);
  }

  /** Runs are numbered in the order of their dates: no later one needs to be looked at. */
  private async newestUntil(until: Date): Promise<number> {
    const newest = await this.prisma.pipelineRun.findFirst({
      where: { runDate: { lte: until } },
      orderBy: [{ runDate: 'desc' }, { id: 'desc' }],
      select: { id: true },
    });
    return newest?.id ?? 0;
  }

  async progress(id: number): Promise<{ details: RunDetails; progress: RunProgress | null } | null> {
    const row = await this.prisma.pipelineRun.findUnique({ where: { id } });
    if (row === null) return null;
    const details = { run: toRun(row), sources: sourcesOf(row), errors: [] };
    return { details, progress: this.progressOf(row) };
  }

  /** The runs that exist, by id. */
  async byIds(ids: readonly number[]): Promise<ReadonlyMap<number, Run>> {
    const rows = await this.prisma.pipelineRun.findMany({ where: { id: { in: [...ids] } } });
    return new Map(rows.map((row) => [row.id, toRun(row)]));
  }

  async details(id: number): Promise<RunDetails | null> {
    const row = await this.prisma.pipelineRun.findUnique({
      where: { id },
      include: { errors: { orderBy: { id: 'asc' } } },
    });
    if (row === null) return null;
    return { run: toRun(row), sources: sourcesOf(row), errors: row.errors.map(toItemError) };
  }

  /** The latest failure of each movie's details that is still on record. */
  async lastMovieErrors(movieIds: readonly number[]): Promise<ReadonlyMap<number, MovieError>> {
    const errors = await this.prisma.$queryRaw<(MovieError & { readonly movieId: number })[]>`
      SELECT movie_id AS "movieId", code, message, occurred_at AS "occurredAt", run_id AS "runId"
      FROM unnest(${[...movieIds]}::int[]) AS movie (id) CROSS JOIN LATERAL (
        SELECT * FROM pipeline_run_errors WHERE movie_id = movie.id AND page IS NULL ORDER BY id DESC LIMIT 1) AS latest`;
    return new Map(errors.map(({ movieId, ...error }) => [movieId, error]));
  }

  /** One worker says how far the run is, and each of them what it waits for. */
  private progressOf(row: PipelineRun): RunProgress | null {
    const progress = row.progress as unknown as RunProgress | null;
    const waiting = holding(row.waiting as unknown as TmdbWait | null, this.clock.now());
    return progress === null ? null : { ...progress, waiting };
  }
}

function sourcesOf(row: PipelineRun): readonly SourceReport[] {
  const reports = row.sources ?? (row.progress as RunProgress | null)?.sources ?? [];
  return reports as unknown as readonly SourceReport[];
}

function toItemError(row: PipelineRunError): ItemError {
  const { source, page, movieId, code, message, occurredAt } = row;
  return { source, page, movieId, code, message, occurredAt };
}

function toFigures(rows: readonly FigureRow[]): RunFigures {
  const of = (status: RunStatus): number => rows.find((row) => row.status === status)?.runs ?? 0;
  const sum = (key: 'runs' | 'timed' | 'seconds'): number => rows.reduce((total, row) => total + row[key], 0);
  const timed = sum('timed');
  return {
    total: sum('runs'),
    successful: of('SUCCESS'),
    failed: of('FAILED'),
    partial: of('PARTIAL'),
    averageDurationSeconds: timed === 0 ? null : sum('seconds') / timed,
  };
}

/** Rows of older versions may lack most fields. */
export function toRun(row: PipelineRun): Run {
  return {
    id: row.id,
    runDate: row.runDate,
    updateType: row.updateType as UpdateType | null,
    trigger: row.trigger as Trigger | null,
    status: row.status as RunStatus,
    sourceCategories: Array.isArray(row.sourceCategories) ? row.sourceCategories.map(String) : [],
    moviesProcessed: row.moviesProcessed,
    durationSeconds: row.durationSeconds,
    errorMessage: row.errorMessage,
    startedAt: row.startedAt,
    finishedAt: row.finishedAt,
    timesResumed: row.timesResumed,
    lateSeconds: row.lateSeconds,
    triggeredBy: row.triggeredBy,
    counts: toCounts(row),
  };
}

export function toCounts(row: PipelineRun): RunCounts {
  const { fetched, inserted, updated, unchanged, enriched, skippedFresh, gone, failed } = row;
  const { tmdbRequests, tmdbRetries, rateLimited, waitedSeconds } = row;
  return {
    ...{ fetched, inserted, updated, unchanged, enriched, skippedFresh, gone, failed },
    ...{ tmdbRequests, tmdbRetries, rateLimited, waitedSeconds },
  };
}
