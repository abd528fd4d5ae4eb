import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../../common/clock.js';
import { NoSuchRunError } from '../../runs/run-errors.js';
import type { RunDetails, RunProgress } from '../../runs/run.js';
import { RunsRepository } from '../../runs/runs.repository.js';

/** A change of a run's progress, or its end. */
export type RunEvent =
  | {
      readonly id: string;
      readonly kind: 'progress';
      readonly details: RunDetails;
      /** Null before a worker has recorded any. */
      readonly progress: RunProgress | null;
    }
  | { readonly id: typeof END; readonly kind: 'end'; readonly details: RunDetails };

/** The id of the last event of every run. */
export const END = 'end';

/** Workers record progress at this interval. */
const POLL_MS = 1_000;

/** Follows runs by what their workers record. */
@Injectable()
export class RunFollower {
  constructor(
    private readonly runs: RunsRepository,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * Yields the run's state once a second until its end, changed or not; equal ids mean equal states.
   * @throws NoSuchRunError; the signal's reason once it is aborted
   */
  async *follow(runId: number, signal: AbortSignal): AsyncGenerator<RunEvent> {
    for (;;) {
      const event = await this.state(runId);
      yield event;
      if (event.kind === 'end') return;
      await this.clock.sleep(POLL_MS, signal);
    }
  }

  /** @throws NoSuchRunError */
  async state(runId: number): Promise<RunEvent> {
    const found = await this.runs.progress(runId);
    if (found === null) throw new NoSuchRunError(runId);
    const { details, active } = found;
    const { status, timesResumed } = details.run;
    if (status !== 'QUEUED' && status !== 'RUNNING') return { id: END, kind: 'end', details };
    const { progress } = active;
    const id = [status, timesResumed, progress?.at, progress?.waiting?.until].join('-');
    return { id, kind: 'progress', details, progress };
  }
}
