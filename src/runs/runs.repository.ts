import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../common/clock.js';
import type { PipelineRun, Prisma } from '../database/generated/client.js';
import { PrismaService, type Transaction } from '../database/prisma.service.js';
import { stillValid } from './run-wait.js';
import { CATALOGUE, type RunPlan, UPDATE_TYPES, type UpdateType } from './run-plan.js';
import { RUN_COLUMNS, RUN_SELECT, toItemError, toRun } from './run-rows.repository.js';
import type {
  ItemError,
  Run,
  RunDetails,
  RunOrigin,
  RunProgress,
  RunStatus,
  SourceReport,
  Trigger,
} from './run.js';
import { oneOf, readPlan, readProgress, readSources, readWait } from './stored-json.js';

/** A run that is queued or running. */
export interface ActiveRun {
  readonly run: Run;
  readonly progress: RunProgress | null;
  /** The process that leads it; null while none does. */
  readonly leaseholder: string | null;
  /** The leaseholder's last heartbeat, by the database's clock. */
  readonly heartbeatAt: Date | null;
}

/** Why a movie's details could not be fetched or stored. */
export type MovieError = Pick<ItemError, 'code' | 'message' | 'occurredAt'> & { readonly runId: number };

export interface RunsOverview {
  /** The run that is RUNNING, or else the one that starts next. */
  readonly active: ActiveRun | null;
  /** The newest run, whatever its status. */
  readonly last: Run | null;
  readonly totals: RunTotals;
}

export interface RunsQuery {
  readonly limit: number;
  /** Only runs with a smaller id. */
  readonly before: number | null;
  readonly status: RunStatus | null;
  readonly updateType: UpdateType | null;
  readonly trigger: Trigger | null;
  readonly since: Date | null;
  readonly until: Date | null;
}

export interface RunsPage {
  readonly runs: readonly Run[];
  /** The cursor of the next, older page; null at the end. */
  readonly next: number | null;
}

export interface RunTotals {
  readonly total: number;
  readonly successful: number;
  readonly failed: number;
  readonly partial: number;
  /** Over finished runs whose duration is known; null when there is none. */
  readonly averageDurationSeconds: number | null;
}

/** A row of pipeline_run_totals. */
interface TotalRow {
  readonly status: string;
  readonly runs: number;
  /** Runs whose duration is known. */
  readonly timed: number;
  readonly seconds: number;
}

type OverviewRow = PipelineRun & { readonly part: 'active' | 'last'; readonly totals: readonly TotalRow[] };

const RUN = Object.entries(RUN_COLUMNS)
  .map(([field, column]) => `${column} AS "${field}"`)
  .join(', ');

const OVERVIEW = `
  SELECT totals, parts.*
  FROM (SELECT jsonb_agg(t) AS totals FROM pipeline_run_totals t) AS counted LEFT JOIN (
    (SELECT 'active' AS part, ${RUN} FROM pipeline_runs WHERE status IN ('RUNNING', 'QUEUED')
     ORDER BY pipeline_runs.status DESC, pipeline_runs.update_type IS NOT DISTINCT FROM '${CATALOGUE}', pipeline_runs.id LIMIT 1)
    UNION ALL
    (SELECT 'last', ${RUN} FROM pipeline_runs ORDER BY pipeline_runs.id DESC LIMIT 1)
  ) AS parts ON true`;

/** Adds runs, and reads the recorded ones. */
@Injectable()
export class RunsRepository {
  constructor(
    private readonly prisma: PrismaService,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Adds a run that waits for a worker, in the caller's transaction. Returns its id. */
  async add(tx: Transaction, plan: RunPlan, origin: RunOrigin, jobId: string): Promise<number> {
    const data = {
      runDate: this.clock.now(),
      status: 'QUEUED',
      jobId,
      updateType: plan.updateType,
      trigger: origin.trigger,
      triggeredBy: origin.triggeredBy,
      lateSeconds: origin.lateSeconds ?? null,
      options: json(plan),
      sourceCategories: plan.sources.map(({ source }) => source),
    };
    const { id } = await tx.pipelineRun.create({ data, select: { id: true } });
    return id;
  }

  /** The runs that are queued or running, oldest first. */
  async unfinished(): Promise<readonly Pick<Run, 'id' | 'updateType'>[]> {
    const where = { status: { in: ['QUEUED', 'RUNNING'] } };
    const runs = await this.prisma.pipelineRun.findMany({
      where,
      select: { id: true, updateType: true },
      orderBy: { id: 'asc' },
    });
    return runs.map(({ id, updateType }) => ({ id, updateType: oneOf(UPDATE_TYPES, updateType) }));
  }

  /** The active run because of which a run of this type can't be requested; null when there is none. */
  async conflicting(updateType: UpdateType, tx: Transaction = this.prisma): Promise<Run | null> {
    const sameKind =
      updateType === CATALOGUE
        ? { updateType: CATALOGUE }
        : { OR: [{ updateType: null }, { updateType: { not: CATALOGUE } }] };
    const where = { status: { in: ['QUEUED', 'RUNNING'] }, ...sameKind };
    const row = await tx.pipelineRun.findFirst({ where, orderBy: [{ status: 'desc' }, { id: 'asc' }] });
    return row === null ? null : toRun(row);
  }

  /** The scheduled run of a type that still waits for a worker; null when there is none. */
  async queuedBySchedule(tx: Transaction, updateType: UpdateType): Promise<number | null> {
    const where = { status: 'QUEUED', trigger: 'schedule', updateType };
    const run = await tx.pipelineRun.findFirst({ where, select: { id: true } });
    return run?.id ?? null;
  }

  /**
   * One statement: waking a server process for each part costs more than the parts do.
   * @param tx where the caller already has a connection, so that it does not wait for a second one
   */
  async overview(tx: Transaction = this.prisma): Promise<RunsOverview> {
    const rows = await tx.$queryRawUnsafe<OverviewRow[]>(OVERVIEW);
    const active = rows.find(({ part }) => part === 'active');
    const last = rows.find(({ part }) => part === 'last');
    return {
      active: active === undefined ? null : this.toActiveRun(active),
      last: last === undefined ? null : toRun(last),
      totals: toTotals(rows[0]?.totals ?? []),
    };
  }

  /** Newest first. */
  async list({ limit, before, since, until, ...equal }: RunsQuery): Promise<RunsPage> {
    const { status, updateType, trigger } = equal;
    const bound = until === null ? null : await this.newestUntil(until);
    const rows = await this.prisma.pipelineRun.findMany({
      select: RUN_SELECT,
      where: {
        ...(status === null ? {} : { status }),
        ...(updateType === null ? {} : { updateType }),
        ...(trigger === null ? {} : { trigger }),
        runDate: { ...(since === null ? {} : { gte: since }), ...(until === null ? {} : { lte: until }) },
        id: { ...(before === null ? {} : { lt: before }), ...(bound === null ? {} : { lte: bound }) },
      },
      orderBy: { id: 'desc' },
      take: limit + 1,
    });
    const runs = rows.slice(0, limit).map(toRun);
    return { runs, next: rows.length > limit ? (runs.at(-1)?.id ?? null) : null };
  }

  /** Those of the runs that are still recorded, by id. */
  async byIds(ids: readonly number[]): Promise<ReadonlyMap<number, Run>> {
    const rows = await this.prisma.pipelineRun.findMany({
      select: RUN_SELECT,
      where: { id: { in: [...ids] } },
    });
    return new Map(rows.map((row) => [row.id, toRun(row)]));
  }

  /** A run without its errors, and its progress while it is active; null when there is no such run. */
  async progress(id: number): Promise<{ details: RunDetails; active: ActiveRun } | null> {
    const row = await this.prisma.pipelineRun.findUnique({ where: { id } });
    if (row === null) return null;
    const details = detailsOf(row, []);
    return { details, active: this.toActiveRun(row) };
  }

  /** Null when there is no such run. */
  async details(id: number): Promise<RunDetails | null> {
    const row = await this.prisma.pipelineRun.findUnique({
      where: { id },
      include: { errors: { orderBy: { id: 'asc' } } },
    });
    if (row === null) return null;
    return detailsOf(row, row.errors.map(toItemError));
  }

  /** The latest recorded failure of each movie's details. */
  async lastMovieErrors(movieIds: readonly number[]): Promise<ReadonlyMap<number, MovieError>> {
    const errors = await this.prisma.$queryRaw<(MovieError & { readonly movieId: number })[]>`
      SELECT movie_id AS "movieId", code, message, occurred_at AS "occurredAt", run_id AS "runId"
      FROM unnest(${[...movieIds]}::int[]) AS movie (id) CROSS JOIN LATERAL (
        SELECT * FROM pipeline_run_errors WHERE movie_id = movie.id AND page IS NULL ORDER BY id DESC LIMIT 1) AS latest`;
    return new Map(errors.map(({ movieId, ...error }) => [movieId, error]));
  }

  /** Ids grow with the dates of runs, so that no larger one needs to be looked at. */
  private async newestUntil(until: Date): Promise<number> {
    const newest = await this.prisma.pipelineRun.findFirst({
      where: { runDate: { lte: until } },
      orderBy: [{ runDate: 'desc' }, { id: 'desc' }],
      select: { id: true },
    });
    return newest?.id ?? 0;
  }

  private toActiveRun(row: PipelineRun): ActiveRun {
    const progress = readProgress(row.progress);
    const waiting = stillValid(readWait(row.waiting), this.clock.now());
    return {
      run: toRun(row),
      progress: progress === null ? null : { ...progress, waiting },
      leaseholder: row.leaseholder,
      heartbeatAt: row.heartbeatAt,
    };
  }
}

/** Prisma's type for JSON requires index signatures, which interfaces do not have. */
function json(value: object): Prisma.InputJsonValue {
  return value;
}

function detailsOf(row: PipelineRun, errors: readonly ItemError[]): RunDetails {
  return { run: toRun(row), plan: readPlan(row.options), sources: sourcesOf(row), errors };
}

/** The final reports, or those of the progress while the run is active. */
function sourcesOf(row: PipelineRun): readonly SourceReport[] {
  return readSources(row.sources) ?? readProgress(row.progress)?.sources ?? [];
}

function toTotals(rows: readonly TotalRow[]): RunTotals {
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
