import { Inject, Injectable, Logger } from '@nestjs/common';
import { backOffMs } from '../../common/back-off.js';
import { CLOCK, type Clock } from '../../common/clock.js';
import { RANDOM, type Random } from '../../common/random.js';
import { isConnectionLost } from '../../database/errors/database-fault.js';
import { RunHeartbeat } from '../../runs/run-heartbeat.js';
import { type LeasedRun, RunLeases } from '../../runs/run-lease.repository.js';
import { newStop } from '../../runs/run-context.js';
import { RunLockLost } from '../../runs/run-errors.js';
import { type HeldRunLock, RunLock } from './run-lock.js';
import { outcomeOf, type RunEnd } from '../../runs/run-outcome.js';
import { endOfFault, RunStages, type RunWork, type StagesEnd } from './run-stages.js';
import { RunCounters } from '../../runs/run-counters.js';
import type { RunProgress } from '../../runs/run.js';
import { RunsRepository } from '../../runs/runs.repository.js';

export interface ExecutionOptions {
  /** Aborted to end the run: with RunReleased it goes back to the queue, else it is cancelled. */
  readonly signal: AbortSignal;
  /** Called after every change; `progress` makes a snapshot only when it is called. */
  readonly onProgress?: ((progress: () => RunProgress) => void) | undefined;
}

/** How the work on a run came to its end in this process. */
export type ExecutionEnd = 'ended' | 'handed_back' | 'lost';

/** How long a run waits for a database that went away. */
const PATIENCE_MS = 600_000;

/** A session that holds the run's lock, and what is aborted when the database ends it. */
export interface Grip {
  readonly lock: HeldRunLock;
  readonly stop: AbortController;
}

/** Works on one run, and puts its end on record. */
@Injectable()
export class RunExecutor {
  private readonly logger = new Logger(RunExecutor.name);

  constructor(
    private readonly claims: RunLeases,
    private readonly runs: RunsRepository,
    private readonly lock: RunLock,
    private readonly stages: RunStages,
    private readonly beat: RunHeartbeat,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(RANDOM) private readonly random: Random,
  ) {}

  /** Waits for the run lock, or with `patient: false` returns null when another run holds it. */
  async grip(signal: AbortSignal, { patient }: { patient: boolean }): Promise<Grip | null> {
    const stop = newStop();
    const onLost = (cause: Error): void => {
      stop.abort(new RunLockLost({ cause }));
    };
    const lock = patient ? await this.lock.acquire(signal, onLost) : await this.lock.tryAcquire(onLost);
    return lock === null ? null : { lock, stop };
  }

  /** Ends the session of a worker that has lost the run: one that was stopped in its tracks still holds the lock. */
  async expel(runId: number): Promise<void> {
    const holder = await this.claims.holderOf(runId);
    if (holder !== null) await this.lock.expel(holder);
  }

  /** Ends with the run, with its going back to the queue, or with its loss to another worker. Lets the grip go. */
  async execute(run: LeasedRun, grip: Grip, options: ExecutionOptions): Promise<ExecutionEnd> {
    let held = { run, grip };
    for (;;) {
      try {
        return await this.attempt(held.run, held.grip, options);
      } catch (error) {
        if (!(error instanceof RunLockLost)) throw error;
        this.logger.warn({ event: 'run.disconnected', runId: run.hold.runId });
      } finally {
        await held.grip.lock.release();
      }
      const again = await this.rejoin(held.run, options.signal);
      if (again === null) return 'lost';
      held = again;
    }
  }

  /** @throws RunLockLost when the database went away */
  private async attempt(
    run: LeasedRun,
    { lock, stop }: Grip,
    options: ExecutionOptions,
  ): Promise<ExecutionEnd> {
    const tally: RunCounters = new RunCounters(run.counts, run.plan.sources, () => {
      options.onProgress?.(() => tally.progress(this.clock.now()));
    });
    const work = { run, tally, stop, signal: options.signal };
    try {
      const beating = { hold: run.hold, tally, stop, tells: true };
      const end = await this.beat.during(beating, () => this.endOf(work, lock));
      if (end.kind === 'lost') return 'lost';
      if (end.kind !== 'handed_back') return (await this.finish(run, tally, end)) ? 'ended' : 'lost';
      await this.claims.handBack(run.hold);
      return 'handed_back';
    } catch (error) {
      throw (await isDisconnected(error, lock)) ? new RunLockLost({ cause: error }) : error;
    }
  }

  private async endOf(work: RunWork, lock: HeldRunLock): Promise<StagesEnd> {
    try {
      return await this.stages.run(work);
    } catch (error) {
      if (await isDisconnected(error, lock)) throw error;
      this.logger.error({ event: 'run.failed', runId: work.run.hold.runId, err: error });
      return endOfFault(error);
    }
  }

  private async finish({ hold }: LeasedRun, tally: RunCounters, end: RunEnd): Promise<boolean> {
    const { runId } = hold;
    const sources = tally.sourceReports();
    const details = await this.runs.details(runId);
    if (details === null) return false;
    const { counts } = details.run;
    const outcome = outcomeOf(end, { counts, sources, errors: details.errors });
    const finished = await this.claims.finish(hold, { ...outcome, sources, finishedAt: this.clock.now() });
    if (finished) this.logger.log({ event: 'run.ended', runId, status: outcome.status, ...counts });
    return finished;
  }

  /** Waits for the database, and takes the run again unless another worker has. */
  private async rejoin(
    { hold }: LeasedRun,
    signal: AbortSignal,
  ): Promise<{ run: LeasedRun; grip: Grip } | null> {
    const deadline = this.clock.monotonicMs() + PATIENCE_MS;
    for (let failures = 1; ; failures++) {
      await this.clock.sleep(backOffMs(failures, this.random), signal);
      try {
        const grip = await this.grip(signal, { patient: true });
        if (grip === null) continue;
        const run = await this.claims.retake(hold, grip.lock.holder);
        if (run !== null) return { run, grip };
        await grip.lock.release();
        return null;
      } catch (error) {
        signal.throwIfAborted();
        if (this.clock.monotonicMs() > deadline) throw error;
      }
    }
  }
}

/** Whether it was the connection that failed: the lock's, or another one. */
async function isDisconnected(error: unknown, lock: HeldRunLock): Promise<boolean> {
  return isConnectionLost(error) || !(await lock.isAlive());
}
