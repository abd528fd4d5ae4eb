import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../common/clock.js';
import { JobQueue } from '../database/job-queue.js';
import type { Transaction } from '../database/prisma.service.js';
import { EnrichFilms } from './enrich-films.js';
import { ENRICH_QUEUE } from './queues.js';
import type { RunContext } from './run-context.js';
import { RunJournal } from './run-journal.repository.js';

/** Some of a run's films, by their places: from the first, to before the last. */
export interface EnrichBatch {
  readonly runId: number;
  readonly from: number;
  readonly to: number;
}

/** Some seconds of work at TMDB's pace, so that every worker has its share and little is lost with one. */
const BATCH_SIZE = 100;

/** A run's films as jobs that all workers share. */
@Injectable()
export class EnrichBatches {
  constructor(
    private readonly queue: JobQueue,
    private readonly journal: RunJournal,
    private readonly films: EnrichFilms,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Puts batches of all `total` films into the queue. */
  async send(tx: Transaction, runId: number, total: number): Promise<void> {
    const jobs = Array.from({ length: Math.ceil(total / BATCH_SIZE) }, (_, batch) => ({
      id: randomUUID(),
      data: { runId, from: batch * BATCH_SIZE, to: (batch + 1) * BATCH_SIZE } satisfies EnrichBatch,
    }));
    if (jobs.length > 0) await this.queue.send(tx, ENRICH_QUEUE, jobs);
  }

  /** Has this process's worker look for batches now. */
  wake(): void {
    this.queue.wake(ENRICH_QUEUE);
  }

  /** Waits until no film of the run is due any more. Those that no batch holds have failed: their batch did, for good. */
  async untilDone(context: RunContext): Promise<void> {
    const { hold, tally, signal } = context;
    for (;;) {
      const begun = this.clock.monotonicMs();
      const jobs = await this.queue.open<EnrichBatch>(ENRICH_QUEUE, { runId: hold.runId });
      const held = new Set(jobs.map(({ data }) => data.from));
      let waiting = 0;
      for (const { from, films } of await this.journal.dueBatches(hold.runId, BATCH_SIZE)) {
        if (held.has(from)) waiting += films;
        else await this.giveUp(from, context);
      }
      tally.sync(await this.journal.counts(hold.runId), waiting);
      if (waiting === 0) return;
      const looked = this.clock.monotonicMs() - begun;
      const pause = waiting > BATCH_SIZE ? LOOK_MS : LOOK_CLOSELY_MS;
      await this.clock.sleep(Math.max(pause, LOOK_SHARE * looked), signal);
    }
  }

  private async giveUp(from: number, context: RunContext): Promise<void> {
    const lost = await this.journal.due(context.hold.runId, { from, to: from + BATCH_SIZE });
    for (const id of lost) await this.films.failed(id, new Error(GIVEN_UP), context);
  }
}

const LOOK_MS = 500;
/** Towards the end, which no batch announces. */
const LOOK_CLOSELY_MS = 100;
/** How much longer a pause is than the look before it, so that a run of a million films does not look all the time. */
const LOOK_SHARE = 10;
const GIVEN_UP = 'Its batch failed several times and was given up. The log says why.';
