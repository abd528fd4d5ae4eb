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
  async untilDone({ hold, tally, signal }: RunContext): Promise<void> {
    for (;;) {
      const held = await this.queue.open<EnrichBatch>(ENRICH_QUEUE, { runId: hold.runId });
      const due = await this.journal.duePlaces(hold.runId);
      const [waiting, lost] = partition(
        due,
        held.map(({ data }) => data),
      );
      for (const id of lost) await this.films.failed(id, new Error(GIVEN_UP), { hold, tally, signal });
      tally.sync(await this.journal.counts(hold.runId), waiting.length);
      if (waiting.length === 0) return;
      await this.clock.sleep(waiting.length > BATCH_SIZE ? LOOK_MS : LOOK_CLOSELY_MS, signal);
    }
  }
}

const LOOK_MS = 500;
/** Towards the end, which no batch announces. */
const LOOK_CLOSELY_MS = 100;
const GIVEN_UP = 'Its batch failed several times and was given up. The log says why.';

/** Films that a batch holds, and those that none does. */
function partition(
  due: readonly { readonly id: number; readonly place: number }[],
  batches: readonly EnrichBatch[],
): readonly [readonly number[], readonly number[]] {
  const starts = new Set(batches.map(({ from }) => from));
  const isHeld = (place: number): boolean => starts.has(place - (place % BATCH_SIZE));
  return [
    due.filter(({ place }) => isHeld(place)).map(({ id }) => id),
    due.filter(({ place }) => !isHeld(place)).map(({ id }) => id),
  ];
}
