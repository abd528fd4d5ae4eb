import { Inject, Injectable, Logger } from '@nestjs/common';
import { backOffMs } from '../../common/back-off.js';
import { CLOCK, type Clock } from '../../common/clock.js';
import { RANDOM, type Random } from '../../common/random.js';
import { retry } from '../../common/retry.js';
import { isUnavailable } from '../../database/errors/database-fault.js';
import { releasable, type RunContext } from '../../runs/run-context.js';
import { faultEnding, type StopReason } from '../../runs/run-ending.js';
import { RunHeartbeat } from '../../runs/run-heartbeat.js';
import type { LeaderLease } from '../../runs/run-lease.js';
import { type LeasedRun, RunLeases } from '../../runs/run-lease.repository.js';
import { RunProgressTracker } from '../../runs/run-progress.js';
import { TmdbUsage } from '../../runs/tmdb-usage.js';
import { RunStages } from './run-stages.js';

/** How long a run waits for a database that is away. */
const RECONNECT_DEADLINE_MS = 600_000;
/** A run that loses its connection this often may be the reason. It then counts as having crashed its worker. */
const MAX_DISCONNECTIONS = 20;

/** Leads one run under its lease, and records its end. */
@Injectable()
export class RunExecutor {
  private readonly logger = new Logger(RunExecutor.name);

  constructor(
    private readonly leases: RunLeases,
    private readonly stages: RunStages,
    private readonly heartbeat: RunHeartbeat,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(RANDOM) private readonly random: Random,
  ) {}

  /**
   * Resolves when the run has ended, was released, or its lease is lost. A run whose database went away resumes from its
   * checkpoint once the database is back. Rejects when it stays away for ten minutes, or until the shutdown.
   * @param signal aborted to release the run
   */
  async execute(run: LeasedRun, signal: AbortSignal): Promise<StopReason> {
    let leased = run;
    for (let disconnections = 1; ; disconnections++) {
      try {
        return await this.attempt(leased, signal);
      } catch (error) {
        if (!isUnavailable(error) || disconnections === MAX_DISCONNECTIONS) throw error;
        this.logger.warn({ event: 'run.disconnected', runId: run.lease.runId });
      }
      await this.clock.sleep(backOffMs(disconnections, this.random), signal);
      const again = await this.reacquire(leased, signal);
      if (again === null) return this.lost(run.lease);
      leased = again;
    }
  }

  private reacquire({ lease }: LeasedRun, signal: AbortSignal): Promise<LeasedRun | null> {
    const { clock, random } = this;
    return retry(() => this.leases.reacquire(lease, clock.now()), {
      clock,
      random,
      signal,
      deadlineMs: RECONNECT_DEADLINE_MS,
      isRetryable: isUnavailable,
    });
  }

  /** Rejects when the connection to the database is lost. */
  private attempt(run: LeasedRun, signal: AbortSignal): Promise<StopReason> {
    return releasable(signal, (abort) => this.lead(run, abort));
  }

  private async lead(run: LeasedRun, abort: AbortController): Promise<StopReason> {
    const { lease } = run;
    const progress = new RunProgressTracker(run.plan.sources);
    const usage = new TmdbUsage();
    const context: RunContext = {
      lease,
      usage,
      progress,
      signal: abort.signal,
      storedMovies: new Set(),
      startedAt: run.startedAt,
      enrichmentTotal: run.enrichmentTotal,
      abort: (reason) => {
        abort.abort(reason);
      },
    };
    const reason = await this.heartbeat.during({ lease, usage, abort, progress }, () =>
      this.work(run, context),
    );
    return this.conclude(run, reason, progress);
  }

  private async work({ plan, lease }: LeasedRun, context: RunContext): Promise<StopReason> {
    try {
      return await this.stages.run(plan, context);
    } catch (error) {
      if (isUnavailable(error)) throw error;
      this.logger.error({ event: 'run.failed', runId: lease.runId, err: error });
      return faultEnding(error);
    }
  }

  private async conclude(
    { lease }: LeasedRun,
    reason: StopReason,
    progress: RunProgressTracker,
  ): Promise<StopReason> {
    if (reason.kind === 'lost') return this.lost(lease);
    if (reason.kind === 'released' || reason.kind === 'outranked') {
      await this.leases.release(lease);
      return reason;
    }
    const sources = progress.sourceReports();
    const run = await this.leases.finish(lease, { ending: reason, sources, now: this.clock.now() });
    if (run === null) return this.lost(lease);
    this.logger.log({ event: 'run.ended', runId: run.id, status: run.status, ...run.counts });
    return reason;
  }

  private async lost(lease: LeaderLease): Promise<StopReason> {
    await this.leases.takenOver(lease);
    return { kind: 'lost' };
  }
}
