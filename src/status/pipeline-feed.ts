import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../common/clock.js';
import { RunsRepository, type RunsOverview } from '../runs/runs.repository.js';
import { type JobView, SchedulesService } from '../scheduler/schedules.service.js';

/** Workers record progress at this interval. */
const POLL_MS = 1_000;
/** A stream ends then, so that its client shows its token again; one whose token has ended is refused. */
const STREAM_MS = 300_000;
/** Polls without a change after which a follower yields null. */
const QUIET_POLLS = 10;

export interface PipelineState {
  /** Equal ids mean equal states. */
  readonly id: string;
  readonly runs: RunsOverview;
  readonly jobs: readonly JobView[];
}

/** The state of the pipeline as it changes. All followers in this process share the polls of the database, of which there are at most two a second. */
@Injectable()
export class PipelineFeed {
  private latest: { readonly atMs: number; readonly state: Promise<PipelineState> } | null = null;

  constructor(
    private readonly runs: RunsRepository,
    private readonly schedules: SchedulesService,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * Yields the present state, unless it is the one of `lastId`, then each further state. Yields null after ten seconds
   * without a change. Ends after five minutes.
   * @throws the signal's reason once it is aborted; the fault of the database
   */
  async *follow(lastId: string | null, signal: AbortSignal): AsyncGenerator<PipelineState | null> {
    let last = lastId;
    const endsMs = this.clock.monotonicMs() + STREAM_MS;
    for (let quiet = 1; this.clock.monotonicMs() < endsMs; quiet++) {
      const state = await this.state();
      if (state.id !== last || quiet % QUIET_POLLS === 0) {
        yield state.id === last ? null : state;
        last = state.id;
        quiet = 0;
      }
      await this.clock.sleep(POLL_MS, signal);
    }
  }

  private state(): Promise<PipelineState> {
    const nowMs = this.clock.monotonicMs();
    // Half an interval: a follower whose timer fires a little early must not get the state that it has.
    if (this.latest === null || nowMs - this.latest.atMs > POLL_MS / 2) {
      this.latest = { atMs: nowMs, state: this.read() };
    }
    return this.latest.state;
  }

  private async read(): Promise<PipelineState> {
    const [runs, jobs] = await Promise.all([this.runs.overview(), this.schedules.jobs()]);
    const id = createHash('sha256')
      .update(JSON.stringify([runs, jobs]))
      .digest('base64url')
      .slice(0, 16);
    return { id, runs, jobs };
  }
}
