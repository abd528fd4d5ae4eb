import { Injectable } from '@nestjs/common';
import { Prisma, type PipelineRun } from '../database/generated/client.js';
import { sqlStateOf } from '../database/errors/database-fault.js';
import { PrismaService, type Transaction } from '../database/prisma.service.js';
import { held, type RunLease } from './run-lease.js';
import type { RunPlan, UpdateType } from './run-plan.js';
import type { RunCounts, RunOutcome, SourceReport, Trigger } from './run.js';
import { toCounts } from './runs.repository.js';

export interface RunOrigin {
  readonly trigger: Trigger;
  /** The user's name; null where none is known. */
  readonly triggeredBy: string | null;
  /** By how much a scheduled run comes after its time. */
  readonly lateSeconds?: number;
}

/** A run in the hands of a worker, with all that it did before, if it was interrupted. */
export interface LeasedRun {
  readonly hold: RunLease;
  readonly plan: RunPlan;
  readonly startedAt: Date;
  readonly counts: RunCounts;
  /** Movies to enrich; null until they are chosen. */
  readonly enrichmentTotal: number | null;
  /** Whether its batches go through the queue. */
  readonly isQueued: boolean;
}

const UNIQUE_VIOLATION = '23505';
/** A run that ended its worker this often is not tried again. */
const MOST_DEATHS = 3;

/** Who works on a run: from its request to its end. The database arbitrates. */
@Injectable()
export class RunLeases {
  constructor(private readonly prisma: PrismaService) {}

  /** Puts a run on record that waits for a worker, in the caller's transaction. */
  async enqueue(
    tx: Transaction,
    { plan, origin, jobId, now }: { plan: RunPlan; origin: RunOrigin; jobId: string; now: Date },
  ): Promise<number> {
    const data = { ...newRun(plan, origin, now), status: 'QUEUED', jobId };
    const { id } = await tx.pipelineRun.create({ data, select: { id: true } });
    return id;
  }

  /** The scheduled run of a kind that waits for its worker; null when there is none. */
  async waitingScheduled(tx: Transaction, updateType: UpdateType): Promise<number | null> {
    const where = { status: 'QUEUED', trigger: 'schedule', updateType };
    const run = await tx.pipelineRun.findFirst({ where, select: { id: true } });
    return run?.id ?? null;
  }

  /** Puts a run on record that begins now, in the foreground; null when another one runs. */
  async begin(
    plan: RunPlan,
    origin: RunOrigin,
    { holder, now }: { holder: number; now: Date },
  ): Promise<LeasedRun | null> {
    const data = {
      ...newRun(plan, origin, now),
      status: 'RUNNING',
      startedAt: now,
      leaseholder: processOf(holder),
    };
    try {
      return heldRun(await this.prisma.pipelineRun.create({ data }));
    } catch (error) {
      if (sqlStateOf(error) === UNIQUE_VIOLATION) return null;
      throw error;
    }
  }

  /**
   * Takes a run from the queue, or over from a worker that ended before it did; null when there is nothing (more) to
   * do. A run that was given back counts as resumed, one whose worker died as a death too.
   */
  async take(runId: number, { holder, now }: { holder: number; now: Date }): Promise<LeasedRun | null> {
    return this.prisma.$transaction(async (tx) => {
      await tx.$queryRaw`SELECT FROM pipeline_runs WHERE id = ${runId} FOR UPDATE`;
      const run = await tx.pipelineRun.findUnique({ where: { id: runId } });
      if (run?.status === 'QUEUED')
        return begun(tx, runId, { status: 'RUNNING', startedAt: now, leaseholder: processOf(holder) });
      if (run?.status !== 'RUNNING') return null;
      const workerDeaths = run.workerDeaths + (run.leaseholder === null ? 0 : 1);
      if (workerDeaths >= MOST_DEATHS) {
        await ended(tx, run.id, now, {
          status: 'FAILED',
          errorMessage: `Its worker died ${workerDeaths} times. What was stored stays; the log may say why.`,
        });
        return null;
      }
      if (run.cancelRequestedAt !== null) {
        await ended(tx, run.id, now, CANCELLED);
        return null;
      }
      return resumed(tx, run, { leaseholder: processOf(holder), workerDeaths });
    });
  }

  /** Takes one's own run again after the connection to the database broke; null when another worker has it by now. */
  async retake(hold: RunLease, holder: number): Promise<LeasedRun | null> {
    return this.prisma.$transaction(async (tx) => {
      await tx.$queryRaw`SELECT FROM pipeline_runs WHERE id = ${hold.runId} FOR UPDATE`;
      const run = await tx.pipelineRun.findUnique({ where: held(hold) });
      return run === null ? null : resumed(tx, run, { leaseholder: processOf(holder) });
    });
  }

  /** The database session that works on a run, as far as is known. */
  async holderOf(runId: number): Promise<number | null> {
    const run = await this.prisma.pipelineRun.findUnique({
      where: { id: runId, status: 'RUNNING' },
      select: { leaseholder: true },
    });
    return run?.leaseholder == null ? null : Number(run.leaseholder.slice(-12));
  }

  /** The worker ends before the run does, and says so. */
  async handBack(hold: RunLease): Promise<void> {
    await this.prisma.pipelineRun.updateMany({ where: held(hold), data: { leaseholder: null } });
  }

  /** Ends a run. False when it is in other hands, or has ended. */
  async finish(
    hold: RunLease,
    ending: RunOutcome & { readonly finishedAt: Date; readonly sources: readonly SourceReport[] },
  ): Promise<boolean> {
    const { finishedAt, sources, ...outcome } = ending;
    return this.prisma.$transaction(async (tx) => {
      const { count } = await tx.pipelineRun.updateMany({
        where: held(hold),
        data: { sources: sources as unknown as Prisma.InputJsonValue },
      });
      if (count === 1) await ended(tx, hold.runId, finishedAt, outcome);
      return count === 1;
    });
  }

  /** A queued run ends at once, a running one when its worker hears of it. False when it has ended already. */
  async cancel(runId: number, now: Date): Promise<boolean> {
    return this.prisma.$transaction(async (tx) => {
      const asked = await tx.pipelineRun.updateMany({
        where: { id: runId, status: 'RUNNING' },
        data: { cancelRequestedAt: now },
      });
      if (asked.count === 1) return true;
      const { count } = await tx.pipelineRun.updateMany({
        where: { id: runId, status: 'QUEUED' },
        data: { ...CANCELLED, finishedAt: now },
      });
      return count === 1;
    });
  }

  /** Ends the runs in the foreground that are still marked RUNNING, once it is known that nobody works on one. */
  async closeInterrupted(now: Date): Promise<number[]> {
    const dead = await this.prisma.pipelineRun.findMany({
      where: { status: 'RUNNING', jobId: null },
      select: { id: true },
    });
    for (const { id } of dead) {
      await this.prisma.$transaction((tx) =>
        ended(tx, id, now, {
          status: 'FAILED',
          errorMessage:
            'Interrupted: the process that ran it ended before the run did. What was stored stays.',
        }),
      );
    }
    return dead.map(({ id }) => id);
  }
}

const CANCELLED = { status: 'CANCELLED', errorMessage: 'Cancelled; what was stored stays.' } as const;

function newRun(
  plan: RunPlan,
  { trigger, triggeredBy, lateSeconds }: RunOrigin,
  now: Date,
): Omit<Prisma.PipelineRunCreateInput, 'status'> {
  return {
    runDate: now,
    updateType: plan.updateType,
    trigger,
    triggeredBy,
    lateSeconds: lateSeconds ?? null,
    options: plan as unknown as Prisma.InputJsonValue,
    sourceCategories: plan.sources.map(({ source }) => source),
  };
}

async function begun(tx: Transaction, id: number, data: Prisma.PipelineRunUpdateInput): Promise<LeasedRun> {
  return heldRun(await tx.pipelineRun.update({ where: { id }, data }));
}

/** Pages that failed are asked for again, so that their failures are no longer any. */
async function resumed(
  tx: Transaction,
  { id }: PipelineRun,
  data: { leaseholder: string; workerDeaths?: number },
): Promise<LeasedRun> {
  const count = await tx.$executeRaw`
    DELETE FROM pipeline_run_errors e WHERE run_id = ${id} AND NOT (movie_id IS NOT NULL AND page IS NULL) AND NOT EXISTS (
      SELECT FROM pipeline_run_pages p WHERE p.run_id = e.run_id AND p.source = e.source AND p.page = e.page)`;
  return begun(tx, id, { ...data, timesResumed: { increment: 1 }, failed: { decrement: count } });
}

/** Ends the run, and forgets what only its resumption would need. */
async function ended(tx: Transaction, id: number, finishedAt: Date, outcome: RunOutcome): Promise<void> {
  await tx.pipelineRunPage.deleteMany({ where: { runId: id } });
  await tx.pipelineRunMovie.deleteMany({ where: { runId: id } });
  await tx.$executeRaw`
    UPDATE pipeline_runs
    SET status = ${outcome.status}, error_message = ${outcome.errorMessage}, progress = NULL, waiting = NULL, leaseholder = NULL,
      finished_at = ${finishedAt.toISOString()}::timestamptz,
      duration_seconds = greatest(0, extract(epoch FROM ${finishedAt.toISOString()}::timestamptz - started_at))
    WHERE id = ${id}`;
}

function heldRun(run: PipelineRun): LeasedRun {
  return {
    hold: { runId: run.id, fence: run.timesResumed },
    plan: run.options as unknown as RunPlan,
    startedAt: run.startedAt ?? run.runDate,
    counts: toCounts(run),
    enrichmentTotal: run.enrichmentTotal,
    isQueued: run.jobId !== null,
  };
}

function processOf(session: number): string {
  return `00000000-0000-0000-0000-${String(session).padStart(12, '0')}`;
}
