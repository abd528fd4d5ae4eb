import { Inject, Injectable, Logger } from '@nestjs/common';
import { CLOCK, type Clock } from '../../common/clock.js';
import { type LeasedRun, RunLeases, type RunOrigin } from '../../runs/run-lease.repository.js';
import { RunActiveError } from '../../runs/run-errors.js';
import { type Grip, RunExecutor } from './run-executor.js';
import type { RunPlan } from '../../runs/run-plan.js';
import { RunRetention } from '../../runs/run-retention.js';
import type { RunProgress } from '../../runs/run.js';
import { type RunDetails, RunsRepository } from '../../runs/runs.repository.js';

export interface RunOptions {
  /** Aborting it cancels the run; what is stored stays. */
  readonly signal?: AbortSignal;
  readonly onStart?: (runId: number) => void;
  /** Called after every change; `progress` makes a snapshot only when it is called. */
  readonly onProgress?: (progress: () => RunProgress) => void;
}

/** Runs the pipeline in the foreground: in this process, while the caller waits. */
@Injectable()
export class PipelineService {
  private readonly logger = new Logger(PipelineService.name);

  constructor(
    private readonly claims: RunLeases,
    private readonly runs: RunsRepository,
    private readonly executor: RunExecutor,
    private readonly retention: RunRetention,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * Works through the plan and puts the run on record, however it ends.
   * @throws RunActiveError when another run is active.
   */
  async run(plan: RunPlan, origin: RunOrigin, options: RunOptions = {}): Promise<RunDetails> {
    const { signal = new AbortController().signal } = options;
    const grip = await this.executor.grip(signal, { patient: false });
    if (grip === null) throw await this.active();
    const run = await this.begin(plan, origin, grip);
    const { runId } = run.hold;
    options.onStart?.(runId);
    await this.executor.execute(run, grip, { signal, onProgress: options.onProgress });
    await this.retention.trim();
    const details = await this.runs.details(runId);
    if (details === null) throw new Error(`Run ${runId} is no longer on record.`);
    return details;
  }

  /** Ends on record the runs whose process ended before them. Does nothing while a run is active. */
  async closeInterrupted(): Promise<void> {
    const grip = await this.executor.grip(new AbortController().signal, { patient: false });
    if (grip === null) return;
    try {
      await this.closeInterruptedRuns();
    } finally {
      await grip.lock.release();
    }
  }

  private async begin(plan: RunPlan, origin: RunOrigin, { lock }: Grip): Promise<LeasedRun> {
    try {
      await this.closeInterruptedRuns();
      const run = await this.claims.begin(plan, origin, { holder: lock.holder, now: this.clock.now() });
      if (run !== null) return run;
      // Its worker has died or is being started again; the run goes on, and is its to end.
      throw await this.active();
    } catch (error) {
      await lock.release();
      throw error;
    }
  }

  private async active(): Promise<RunActiveError> {
    const { active } = await this.runs.overview();
    return new RunActiveError(active?.run ?? null);
  }

  private async closeInterruptedRuns(): Promise<void> {
    for (const runId of await this.claims.closeInterrupted(this.clock.now())) {
      this.logger.warn({ event: 'run.interrupted', runId });
    }
  }
}
