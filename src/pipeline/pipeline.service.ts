import { Inject, Injectable, Logger } from '@nestjs/common';
import { CLOCK, type Clock } from '../common/clock.js';
import { ProgressRecorder } from './progress-recorder.js';
import { RunActiveError } from './run-errors.js';
import { type HeldRunLock, RunLock } from './run-lock.js';
import { outcomeOf, type RunEnd } from './run-outcome.js';
import type { RunPlan } from './run-plan.js';
import { RunStages } from './run-stages.js';
import { RunTally } from './run-tally.js';
import type { RunProgress } from './run.js';
import { type RunDetails, type RunOrigin, RunsRepository } from './runs.repository.js';

export interface RunOptions {
  /** Aborting it cancels the run; what is stored stays. */
  readonly signal?: AbortSignal;
  readonly onStart?: (runId: number) => void;
  /** Called after every change; `progress` makes a snapshot only when it is called. */
  readonly onProgress?: (progress: () => RunProgress) => void;
}

/** Runs the pipeline in this process. */
@Injectable()
export class PipelineService {
  private readonly logger = new Logger(PipelineService.name);

  constructor(
    private readonly runs: RunsRepository,
    private readonly lock: RunLock,
    private readonly stages: RunStages,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * Works through the plan and puts the run on record, however it ends.
   * @throws RunActiveError when another run is active.
   */
  async run(plan: RunPlan, origin: RunOrigin, options: RunOptions = {}): Promise<RunDetails> {
    const stop = new AbortController();
    const lock = await this.acquire((error) => {
      stop.abort(error);
    });
    try {
      await this.closeInterruptedRuns();
      const id = await this.runs.begin(plan, origin, this.clock.now());
      options.onStart?.(id);
      return await this.execute(id, plan, stop, options);
    } finally {
      await lock.release();
    }
  }

  /** Ends on record the runs whose process ended before them. Does nothing while a run is active. */
  async closeInterrupted(): Promise<void> {
    const lock = await this.lock.tryAcquire(() => undefined);
    if (lock === null) return;
    try {
      await this.closeInterruptedRuns();
    } finally {
      await lock.release();
    }
  }

  private async acquire(onLost: (error: Error) => void): Promise<HeldRunLock> {
    const lock = await this.lock.tryAcquire(onLost);
    if (lock !== null) return lock;
    const active = await this.runs.active();
    throw new RunActiveError(active?.run ?? null);
  }

  private async closeInterruptedRuns(): Promise<void> {
    for (const runId of await this.runs.closeInterrupted(this.clock.now())) {
      this.logger.warn({ event: 'run.interrupted', runId });
    }
  }

  private async execute(
    id: number,
    plan: RunPlan,
    stop: AbortController,
    options: RunOptions,
  ): Promise<RunDetails> {
    const startedMs = this.clock.monotonicMs();
    const recorder = new ProgressRecorder((progress) => this.runs.saveProgress(id, progress), this.clock);
    const tally = new RunTally(plan, () => {
      const snapshot = (): RunProgress => tally.progress();
      options.onProgress?.(snapshot);
      recorder.changed(snapshot);
    });
    const end = await this.stages.run(plan, { runId: id, tally, stop, cancel: options.signal });
    await recorder.settle();
    return this.finish(id, tally, end, (this.clock.monotonicMs() - startedMs) / 1_000);
  }

  private async finish(
    id: number,
    tally: RunTally,
    end: RunEnd,
    durationSeconds: number,
  ): Promise<RunDetails> {
    const results = { counts: tally.counts(), sources: tally.sourceReports(), errors: tally.errors };
    const outcome = outcomeOf(end, results);
    await this.runs.finish(id, { ...outcome, ...results, durationSeconds, finishedAt: this.clock.now() });
    this.logger.log({ event: 'run.ended', runId: id, status: outcome.status, ...results.counts });
    const details = await this.runs.details(id);
    if (details === null) throw new Error(`Run ${id} is no longer on record.`);
    return details;
  }
}
