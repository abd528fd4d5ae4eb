import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../common/clock.js';
import { JobQueue } from '../queue/job-queue.js';
import type { Transaction } from '../database/prisma.service.js';
import { EnrichMovies } from './enrich-movies.js';
import { ENRICH_QUEUE } from '../runs/queues.js';
import type { RunContext } from '../runs/run-context.js';
import { RunCheckpoint } from '../runs/run-checkpoint.repository.js';

/** Some of a run's movies, by their places: from the first, to before the last. */
export interface EnrichBatch {
  readonly runId: number;
  readonly from: number;
  readonly to: number;
}

/** Some seconds of work at TMDB's pace, so that every worker has its share and little is lost with one. */
const LEAST_MOVIES = 100;
/** A look goes through all that are open. */
const MOST_BATCHES = 1_000;

/** A run's movies as jobs that all workers share. */
@Injectable()
export class EnrichmentBatches {
  constructor(
    private readonly queue: JobQueue,
    private readonly journal: RunCheckpoint,
    private readonly movies: EnrichMovies,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Puts batches of all `total` movies into the queue. */
  async send(tx: Transaction, runId: number, total: number): Promise<void> {
    const size = sizeOfBatches(total);
    const jobs = Array.from({ length: Math.ceil(total / size) }, (_, batch) => ({
      id: randomUUID(),
      data: { runId, from: batch * size, to: (batch + 1) * size } satisfies EnrichBatch,
    }));
    if (jobs.length > 0) await this.queue.send(tx, ENRICH_QUEUE, jobs);
  }

  /** Has this process's worker look for batches now. */
  wake(): void {
    this.queue.wake(ENRICH_QUEUE);
  }

  /**
   * Waits until none of the run's `total` movies is due any more. Those that no batch holds have failed: their batch did,
   * for good.
   */
  async untilDone(total: number, context: RunContext): Promise<void> {
    const { hold, tally, signal } = context;
    const size = sizeOfBatches(total);
    for (;;) {
      const begun = this.clock.monotonicMs();
      const jobs = await this.queue.open<EnrichBatch>(ENRICH_QUEUE, { runId: hold.runId });
      const isHeld = (from: number): boolean =>
        jobs.some(({ data }) => data.from < from + size && data.to > from);
      let waiting = 0;
      for (const { from, movies } of await this.journal.dueBatches(hold.runId, size)) {
        if (isHeld(from)) waiting += movies;
        else await this.giveUp({ from, to: from + size }, context);
      }
      tally.sync(await this.journal.counts(hold.runId), waiting);
      if (waiting === 0) return;
      const looked = this.clock.monotonicMs() - begun;
      const pause = waiting > size ? LOOK_MS : LOOK_CLOSELY_MS;
      await this.clock.sleep(Math.max(pause, LOOK_SHARE * looked), signal);
    }
  }

  private async giveUp(places: Pick<EnrichBatch, 'from' | 'to'>, context: RunContext): Promise<void> {
    const lost = await this.journal.due(context.hold.runId, places);
    for (const id of lost) await this.movies.failed(id, new Error(GIVEN_UP), context);
  }
}

function sizeOfBatches(total: number): number {
  return Math.max(LEAST_MOVIES, Math.ceil(total / MOST_BATCHES));
}

const LOOK_MS = 500;
/** Towards the end, which no batch announces. */
const LOOK_CLOSELY_MS = 100;
/** How much longer a pause is than the look before it, so that a run of a million movies does not look all the time. */
const LOOK_SHARE = 10;
const GIVEN_UP = 'Its batch failed several times and was given up. The log says why.';
