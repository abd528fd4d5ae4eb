import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { CachedValue } from '../common/cached-value.js';
import { CLOCK, type Clock } from '../common/clock.js';
import { RunsRepository, type RunsOverview } from '../runs/runs.repository.js';
import { type SchedulesOverview, SchedulesService } from '../scheduler/schedules.service.js';

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
  readonly schedules: SchedulesOverview;
}

/** The state of the pipeline as it changes. All followers in this process share the polls of the database, of which there are at most two a second. */
@Injectable()
export class PipelineFeed {
  private readonly latest: CachedValue<PipelineState>;

  constructor(
    private readonly runs: RunsRepository,
    private readonly schedules: SchedulesService,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    // Half an interval: a follower whose timer fires a little early must not get the state that it has.
    this.latest = new CachedValue(clock, POLL_MS / 2, () => this.read());
  }

  /**
   * Yields the present state, unless it is the one of `lastId`, then each further state. Yields null after ten seconds
   * without a change. Ends after five minutes.
   * @throws the signal's reason once it is aborted; the fault of the database
   */
  async *follow(lastId: string | null, signal: AbortSignal): AsyncGenerator<PipelineState | null> {
    let last = lastId;
    const endsMs = this.clock.monotonicMs() + STREAM_MS;
    for (let quiet = 1; this.clock.monotonicMs() < endsMs; quiet++) {
      const state = await this.latest.read();
      if (state.id !== last || quiet % QUIET_POLLS === 0) {
        yield state.id === last ? null : state;
        last = state.id;
        quiet = 0;
      }
      await this.clock.sleep(POLL_MS, signal);
    }
  }

  private async read(): Promise<PipelineState> {
    const [runs, schedules] = await Promise.all([this.runs.overview(), this.schedules.overview()]);
    const id = createHash('sha256')
      .update(JSON.stringify([runs, schedules]))
      .digest('base64url')
      .slice(0, 16);
    return { id, runs, schedules };
  }
}
