import { Injectable } from '@nestjs/common';
import { Prisma, type PipelineRun, type PipelineRunError } from '../database/generated/client.js';
import { PrismaService } from '../database/prisma.service.js';
import type { RunPlan } from './run-plan.js';
import type {
  FinalStatus,
  ItemError,
  Run,
  RunCounts,
  RunProgress,
  RunStatus,
  SourceReport,
  Trigger,
} from './run.js';
import type { UpdateType } from './run-plan.js';

export interface RunOrigin {
  readonly trigger: Trigger;
  /** The user's name; null where none is known. */
  readonly triggeredBy: string | null;
}

export interface RunEnding {
  readonly status: FinalStatus;
  readonly errorMessage: string | null;
  readonly finishedAt: Date;
  readonly durationSeconds: number;
  readonly counts: RunCounts;
  readonly sources: readonly SourceReport[];
  readonly errors: readonly ItemError[];
}

export interface RunDetails {
  readonly run: Run;
  readonly sources: readonly SourceReport[];
  readonly errors: readonly ItemError[];
}

export interface RunFigures {
  readonly total: number;
  readonly successful: number;
  readonly failed: number;
  readonly partial: number;
  /** Over finished runs that know theirs; null when there is none. */
  readonly averageDurationSeconds: number | null;
}

/** Sole reader and writer of pipeline_runs and pipeline_run_errors. */
@Injectable()
export class RunsRepository {
  constructor(private readonly prisma: PrismaService) {}

  /** Puts a new run on record as RUNNING. The database refuses a second one. */
  async begin(plan: RunPlan, origin: RunOrigin, now: Date): Promise<number> {
    const { id } = await this.prisma.pipelineRun.create({
      data: {
        status: 'RUNNING',
        runDate: now,
        startedAt: now,
        updateType: plan.updateType,
        trigger: origin.trigger,
        triggeredBy: origin.triggeredBy,
        options: json(plan),
        sourceCategories: plan.sources.map(({ source }) => source),
      },
      select: { id: true },
    });
    return id;
  }

  async saveProgress(id: number, progress: RunProgress): Promise<void> {
    await this.prisma.pipelineRun.updateMany({
      where: { id, status: 'RUNNING' },
      data: { ...countColumns(progress.counts), progress: json(progress) },
    });
  }

  /** Ends a RUNNING run, its item errors with it. False when it had been ended by somebody else. */
  async finish(id: number, ending: RunEnding): Promise<boolean> {
    return this.prisma.$transaction(async (tx) => {
      const { count } = await tx.pipelineRun.updateMany({
        where: { id, status: 'RUNNING' },
        data: {
          ...countColumns(ending.counts),
          status: ending.status,
          errorMessage: ending.errorMessage,
          finishedAt: ending.finishedAt,
          durationSeconds: ending.durationSeconds,
          sources: json(ending.sources),
          progress: Prisma.DbNull,
        },
      });
      if (count === 1 && ending.errors.length > 0) {
        await tx.pipelineRunError.createMany({
          data: ending.errors.map((error) => ({ runId: id, ...error })),
        });
      }
      return count === 1;
    });
  }

  /** Ends every run that is still marked RUNNING, once it is known that nobody works on one. */
  async closeInterrupted(now: Date): Promise<number[]> {
    const closed = await this.prisma.pipelineRun.updateManyAndReturn({
      where: { status: 'RUNNING' },
      data: {
        status: 'FAILED',
        errorMessage: 'Interrupted: the process that ran it ended before the run did. What was stored stays.',
        finishedAt: now,
        progress: Prisma.DbNull,
      },
      select: { id: true },
    });
    return closed.map(({ id }) => id);
  }

  async active(): Promise<{ readonly run: Run; readonly progress: RunProgress | null } | null> {
    const row = await this.prisma.pipelineRun.findFirst({ where: { status: 'RUNNING' } });
    return row === null ? null : { run: toRun(row), progress: row.progress as RunProgress | null };
  }

  /** The run that ended or began last, whichever state it is in. */
  async last(): Promise<Run | null> {
    const row = await this.prisma.pipelineRun.findFirst({ orderBy: { id: 'desc' } });
    return row === null ? null : toRun(row);
  }

  /** Newest first; `before` is the id of the last run of the page before. */
  async list(query: { limit: number; status: RunStatus | null; before: number | null }): Promise<Run[]> {
    const rows = await this.prisma.pipelineRun.findMany({
      where: {
        ...(query.status === null ? {} : { status: query.status }),
        ...(query.before === null ? {} : { id: { lt: query.before } }),
      },
      orderBy: { id: 'desc' },
      take: query.limit,
    });
    return rows.map(toRun);
  }

  async details(id: number): Promise<RunDetails | null> {
    const row = await this.prisma.pipelineRun.findUnique({
      where: { id },
      include: { errors: { orderBy: { id: 'asc' } } },
    });
    if (row === null) return null;
    return { run: toRun(row), sources: sourcesOf(row), errors: row.errors.map(toItemError) };
  }

  async figures(): Promise<RunFigures> {
    const groups = await this.prisma.pipelineRun.groupBy({
      by: ['status'],
      _count: { _all: true, durationSeconds: true },
      _sum: { durationSeconds: true },
    });
    const of = (status: RunStatus): number =>
      groups.find((group) => group.status === status)?._count._all ?? 0;
    const timed = groups.reduce((sum, group) => sum + group._count.durationSeconds, 0);
    const seconds = groups.reduce((sum, group) => sum + (group._sum.durationSeconds ?? 0), 0);
    return {
      total: groups.reduce((sum, group) => sum + group._count._all, 0),
      successful: of('SUCCESS'),
      failed: of('FAILED'),
      partial: of('PARTIAL'),
      averageDurationSeconds: timed === 0 ? null : seconds / timed,
    };
  }
}

/** A value of ours as JSON for Prisma: its type asks for index signatures that interfaces do not have. */
function json(value: object): Prisma.InputJsonValue {
  return value;
}

function countColumns(counts: RunCounts): Prisma.PipelineRunUpdateManyMutationInput {
  return { ...counts, moviesProcessed: counts.inserted + counts.updated + counts.unchanged };
}

function sourcesOf(row: PipelineRun): readonly SourceReport[] {
  const reports = row.sources ?? (row.progress as RunProgress | null)?.sources ?? [];
  return reports as unknown as readonly SourceReport[];
}

function toItemError(row: PipelineRunError): ItemError {
  const { source, page, movieId, code, message, occurredAt } = row;
  return { source, page, movieId, code, message, occurredAt };
}

/** Rows of older versions may lack most fields. */
function toRun(row: PipelineRun): Run {
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
    counts: {
      fetched: row.fetched,
      inserted: row.inserted,
      updated: row.updated,
      unchanged: row.unchanged,
      enriched: row.enriched,
      skippedFresh: row.skippedFresh,
      gone: row.gone,
      failed: row.failed,
      tmdbRequests: row.tmdbRequests,
      tmdbRetries: row.tmdbRetries,
      rateLimited: row.rateLimited,
      waitedSeconds: row.waitedSeconds,
    },
  };
}
