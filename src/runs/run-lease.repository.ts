import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { type PipelineRun, Prisma } from '../database/generated/client.js';
import { sqlStateOf } from '../database/errors/database-fault.js';
import { PrismaService, type Transaction } from '../database/prisma.service.js';
import { ExportRequests } from './export-requests.js';
import { RunAlerts } from './run-alerts.js';
import type { RunEnding } from './run-ending.js';
import { NoSuchRunError, RunEndedError } from './run-errors.js';
import { type LeaderLease, type RunLease, whereLeased } from './run-lease.js';
import { CANCELLED, outcomeOf, type RunOutcome } from './run-outcome.js';
import { CATALOGUE, type RunPlan } from './run-plan.js';
import { finalReports } from './run-progress.js';
import { toCounts, toItemError, toRun } from './run-rows.repository.js';
import type { RunWait } from './run-wait.js';
import type { Run, SourceReport } from './run.js';
import { readPlan, readProgress, readSources } from './stored-json.js';

/** A run whose lease this process has acquired. */
export interface LeasedRun {
  readonly lease: LeaderLease;
  readonly plan: RunPlan;
  readonly startedAt: Date;
  /** Movies to enrich; null until they are selected. */
  readonly enrichmentTotal: number | null;
}

/** Another run is RUNNING, so this one can't start yet. */
export class RunBusyError extends Error {
  override readonly name = 'RunBusyError';
}

const UNIQUE_VIOLATION = '23505';
/** A run that crashes its worker this many times is marked FAILED. */
const MAX_WORKER_DEATHS = 3;
/** No other run takes longer. */
const SET_ASIDE_VALID_MS = 24 * 3_600_000;

/** Decides which worker leads a run, from its acquisition to its end. The database arbitrates. */
@Injectable()
export class RunLeases {
  /** This process, as `pipeline_runs.leaseholder` names it. */
  readonly leaseholder = randomUUID();

  constructor(
    private readonly prisma: PrismaService,
    private readonly exports: ExportRequests,
    private readonly alerts: RunAlerts,
  ) {}

  /**
   * Starts a queued run, or resumes one whose worker has released it or died. Null: there is nothing left to do.
   * @throws RunBusyError while another run is RUNNING
   */
  async acquire(runId: number, now: Date): Promise<LeasedRun | null> {
    try {
      return await this.prisma.$transaction(async (tx) => {
        const run = await lockRun(tx, runId);
        if (run?.status === 'QUEUED') return await this.start(tx, run, now);
        return run?.status === 'RUNNING' ? await this.takeOver(tx, run, now) : null;
      });
    } catch (error) {
      throw sqlStateOf(error) === UNIQUE_VIOLATION ? new RunBusyError('Another run is active.') : error;
    }
  }

  /** Resumes this process's run after its connection broke; null when another worker has acquired it since. */
  async reacquire(lease: RunLease, now: Date): Promise<LeasedRun | null> {
    return this.prisma.$transaction(async (tx) => {
      const run = await lockRun(tx, lease.runId);
      // By its leaseholder: the response to an earlier attempt, which was committed, may have been lost.
      const isOurs = run?.status === 'RUNNING' && run.leaseholder === this.leaseholder;
      return isOurs ? this.resume(tx, run, now, run.workerDeaths) : null;
    });
  }

  /** Gives the run up before it has ended: the next worker resumes it, and this does not count as a death. */
  async release(lease: LeaderLease): Promise<void> {
    const where = whereLeased(lease);
    const { count } = await this.prisma.pipelineRun.updateMany({ where, data: { leaseholder: null } });
    if (count === 0) await this.takenOver(lease);
  }

  /** Forgets the deaths of workers: the run has advanced since. */
  async advanced(lease: LeaderLease): Promise<void> {
    await this.prisma.pipelineRun.updateMany({ where: whereLeased(lease), data: { workerDeaths: 0 } });
  }

  /** Another worker counted this one as dead when it took the run over, as after a suspension: takes the count back. */
  async takenOver({ runId: id, fencingToken }: LeaderLease): Promise<void> {
    await this.prisma.pipelineRun.updateMany({
      where: { id, status: 'RUNNING', timesResumed: { gt: fencingToken }, workerDeaths: { gt: 0 } },
      data: { workerDeaths: { decrement: 1 } },
    });
  }

  /** Ends the run. Null when the lease is lost. */
  async finish(
    lease: RunLease,
    { ending, sources, now }: { ending: RunEnding; sources: readonly SourceReport[]; now: Date },
  ): Promise<Run | null> {
    return this.prisma.$transaction(async (tx) => {
      const row = await tx.pipelineRun.findUnique({
        where: whereLeased(lease),
        include: { errors: { orderBy: { id: 'asc' } } },
      });
      if (row === null) return null;
      const results = {
        counts: toCounts(row),
        sources,
        errors: row.errors.map(toItemError),
        // Nothing may be due.
        mayBeEmpty: row.updateType === CATALOGUE,
      };
      const { count } = await tx.pipelineRun.updateMany({
        where: whereLeased(lease),
        data: { sources: sources.map((report) => ({ ...report })) },
      });
      if (count === 0) return null;
      const run = await endRun(tx, lease.runId, outcomeOf(ending, results), now);
      await this.exports.after(run, tx);
      await this.alerts.ended(tx, run, ending.kind === 'failed' && ending.isKeyRefused === true);
      return run;
    });
  }

  /**
   * Cancels a queued run at once, and a running one with its worker's next heartbeat.
   * @throws NoSuchRunError, or RunEndedError when there is nothing left to cancel
   */
  async cancel(runId: number, now: Date): Promise<Run> {
    return this.prisma.$transaction(async (tx) => {
      const run = await lockRun(tx, runId);
      if (run === null) throw new NoSuchRunError(runId);
      if (run.status === 'QUEUED') return endRun(tx, runId, CANCELLED, now);
      if (run.status !== 'RUNNING') throw new RunEndedError(toRun(run));
      return toRun(await tx.pipelineRun.update({ where: { id: runId }, data: { cancelRequestedAt: now } }));
    });
  }

  /** Sets a catalogue run aside, and resumes one that was set aside itself. */
  private async start(tx: Transaction, run: PipelineRun, now: Date): Promise<LeasedRun | null> {
    if (run.updateType !== CATALOGUE) await setCatalogueRunAside(tx, run, now);
    if (run.startedAt !== null) {
      // The movies that are left are selected again.
      await tx.pipelineRunMovie.deleteMany({ where: { runId: run.id, enrichment: 'due' } });
      return this.takeOver(tx, run, now);
    }
    const data = { status: 'RUNNING', startedAt: now, leaseholder: this.leaseholder };
    const row = await tx.pipelineRun.update({ where: { id: run.id }, data });
    await this.alerts.started(tx, toRun(row));
    return leaseRun(tx, row, now);
  }

  private async takeOver(tx: Transaction, run: PipelineRun, now: Date): Promise<LeasedRun | null> {
    const workerDeaths = run.workerDeaths + (run.leaseholder === null ? 0 : 1);
    if (run.cancelRequestedAt !== null) {
      await endRun(tx, run.id, CANCELLED, now);
      return null;
    }
    if (workerDeaths >= MAX_WORKER_DEATHS) {
      await this.alerts.ended(tx, await endRun(tx, run.id, crashed(workerDeaths), now));
      return null;
    }
    return this.resume(tx, run, now, workerDeaths);
  }

  /** Deletes the failures of pages that will be requested again. */
  private async resume(
    tx: Transaction,
    { id }: PipelineRun,
    now: Date,
    workerDeaths: number,
  ): Promise<LeasedRun | null> {
    const forgotten = await tx.$executeRaw`
      DELETE FROM pipeline_run_errors e
      WHERE run_id = ${id} AND NOT (movie_id IS NOT NULL AND page IS NULL) AND NOT EXISTS (
        SELECT FROM pipeline_run_pages p WHERE p.run_id = e.run_id AND p.source = e.source AND p.page = e.page)`;
    const data = {
      status: 'RUNNING',
      waiting: Prisma.DbNull,
      leaseholder: this.leaseholder,
      workerDeaths,
      timesResumed: { increment: 1 },
      failed: { decrement: forgotten },
      abortReason: Prisma.DbNull,
    };
    return leaseRun(tx, await tx.pipelineRun.update({ where: { id }, data }), now);
  }
}

/**
 * Puts the catalogue run that is RUNNING, if there is one, back among the queued: the run `by` goes first. A worker that still
 * works on it has lost its lease.
 */
async function setCatalogueRunAside(tx: Transaction, by: PipelineRun, now: Date): Promise<void> {
  const wait: RunWait = {
    for: 'other_run',
    message: `Waits for run ${by.id} (${by.updateType ?? 'unknown'}) to end, and resumes then.`,
    until: new Date(now.getTime() + SET_ASIDE_VALID_MS).toISOString(),
  };
  await tx.$executeRaw`
    UPDATE pipeline_runs SET status = 'QUEUED', waiting = ${JSON.stringify(wait)}::jsonb, leaseholder = NULL,
      worker_deaths = worker_deaths + (leaseholder IS NOT NULL)::int
    WHERE status = 'RUNNING' AND update_type = ${CATALOGUE}`;
}

/** As a condition of SQL: the lease still covers the row of pipeline_runs. */
export function sqlLeased({ runId, fencingToken }: RunLease): Prisma.Sql {
  return fencingToken === null
    ? Prisma.sql`id = ${runId} AND (status = 'RUNNING' OR status = 'QUEUED' AND started_at IS NOT NULL)`
    : Prisma.sql`id = ${runId} AND status = 'RUNNING' AND times_resumed = ${fencingToken}`;
}

function crashed(times: number): RunOutcome {
  const errorMessage = `The run crashed its worker ${times} times. What was stored stays; the log may say why.`;
  return { status: 'FAILED', errorMessage };
}

async function lockRun(tx: Transaction, runId: number): Promise<PipelineRun | null> {
  await tx.$queryRaw`SELECT FROM pipeline_runs WHERE id = ${runId} FOR UPDATE`;
  return tx.pipelineRun.findUnique({ where: { id: runId } });
}

/** Ends a run whose plan another version wrote in a form that this one can't read. */
async function leaseRun(tx: Transaction, run: PipelineRun, now: Date): Promise<LeasedRun | null> {
  const plan = readPlan(run.options);
  if (plan === null) {
    const errorMessage =
      'Another version queued the run, and this one cannot read its options. Trigger it again.';
    await endRun(tx, run.id, { status: 'FAILED', errorMessage }, now);
    return null;
  }
  return {
    lease: { runId: run.id, fencingToken: run.timesResumed },
    plan,
    startedAt: run.startedAt ?? run.runDate,
    enrichmentTotal: run.enrichmentTotal,
  };
}

/** Ends the run, and deletes what only a resumption would need. */
async function endRun(tx: Transaction, id: number, outcome: RunOutcome, finishedAt: Date): Promise<Run> {
  const { sources, progress } = await tx.pipelineRun.findUniqueOrThrow({ where: { id } });
  const reports = finalReports(readSources(sources) ?? readProgress(progress)?.sources ?? []);
  await tx.pipelineRunPage.deleteMany({ where: { runId: id } });
  await tx.pipelineRunMovie.deleteMany({ where: { runId: id } });
  await tx.$executeRaw`
    UPDATE pipeline_runs
    SET status = ${outcome.status}, error_message = ${outcome.errorMessage}, finished_at = ${finishedAt.toISOString()}::timestamptz,
      duration_seconds = CASE WHEN started_at IS NOT NULL
        THEN greatest(0, extract(epoch FROM ${finishedAt.toISOString()}::timestamptz - started_at)) END,
      sources = ${JSON.stringify(reports)}::jsonb, progress = NULL, waiting = NULL, leaseholder = NULL
    WHERE id = ${id}`;
  return toRun(await tx.pipelineRun.findUniqueOrThrow({ where: { id } }));
}
