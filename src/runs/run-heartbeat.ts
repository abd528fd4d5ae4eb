import { Inject, Injectable, Logger } from '@nestjs/common';
import { CLOCK, type Clock } from '../common/clock.js';
import { TmdbClient } from '../tmdb/tmdb-client.js';
import { RunCancelled, RunStopped } from './run-errors.js';
import { type RunLease, LeaseLostError } from './run-lease.js';
import { type Heard, RunCheckpoint } from './run-checkpoint.repository.js';
import type { RunCounters } from './run-counters.js';

export interface Beating {
  readonly hold: RunLease;
  readonly tally: RunCounters;
  /** Aborted when somebody asked to cancel the run, a batch found that it can't go on, or it is in other hands. */
  readonly stop: AbortController;
  /** Whether to say how far the run is, which one worker of a run does. */
  readonly tells: boolean;
}

const EVERY_MS = 1_000;

/** Once a second says on record how far a worker is and what it waits for, and hears whether it should go on. */
@Injectable()
export class RunHeartbeat {
  private readonly logger = new Logger(RunHeartbeat.name);

  constructor(
    private readonly journal: RunCheckpoint,
    private readonly tmdb: TmdbClient,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Beats while `work` goes on, and once more at its end. */
  async during<T>(beating: Beating, work: () => Promise<T>): Promise<T> {
    const over = new AbortController();
    const beats = this.untilOver(beating, over.signal);
    try {
      return await work();
    } finally {
      over.abort();
      await beats;
      await this.beat(beating);
    }
  }

  private async untilOver(beating: Beating, over: AbortSignal): Promise<void> {
    while (!over.aborted) {
      await this.beat(beating);
      await this.clock.sleep(EVERY_MS, over).catch(() => undefined);
    }
  }

  /** A database that is away is the work's to deal with. */
  private async beat(beating: Beating): Promise<void> {
    const { hold, tally, stop, tells } = beating;
    const tmdb = tally.unsaved();
    const waiting = this.tmdb.waiting();
    tally.waits(waiting);
    try {
      const progress = tells ? tally.progress(this.clock.now()) : null;
      this.hear(await this.journal.beat(hold, { progress, waiting, tmdb }), beating);
      tally.tmdbSaved(tmdb);
    } catch (error) {
      if (error instanceof LeaseLostError) stop.abort(error);
      else this.logger.warn({ event: 'run.not_told', runId: hold.runId, reason: String(error) });
    }
  }

  private hear(heard: Heard, { stop }: Beating): void {
    if (heard.cancelAsked) stop.abort(new RunCancelled());
    if (heard.stop !== null) stop.abort(new RunStopped(heard.stop));
  }
}
