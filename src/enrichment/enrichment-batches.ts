import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../common/clock.js';
import type { Transaction } from '../database/prisma.service.js';
import { JobQueue } from '../queue/job-queue.js';
import { ENRICH_QUEUE, type EnrichJob } from '../queue/queues.js';
import { BatchAbandonedError } from '../runs/item-failure.js';
import { RunCheckpoint } from '../runs/run-checkpoint.repository.js';
import type { RunContext } from '../runs/run-context.js';
import { RunMovies } from '../runs/run-movies.repository.js';
import { EnrichmentResults } from './enrichment-results.js';

/** Some seconds of work at TMDB's rate limit: every worker gets a share, and little is lost with one. */
export const MIN_BATCH = 100;
/** Each poll reads all open jobs of the run. */
const MAX_BATCHES = 1_000;

const POLL_MS = 500;
/** Towards the end, which no batch announces. */
const FINAL_POLL_MS = 100;
/** A pause lasts at least this many times as long as the poll before it: polls of a run of a million movies take long. */
const PAUSE_RATIO = 10;

/** A run's movies as jobs that all workers share. */
@Injectable()
export class EnrichmentBatches {
  constructor(
    private readonly queue: JobQueue,
    private readonly checkpoint: RunCheckpoint,
    private readonly runMovies: RunMovies,
    private readonly results: EnrichmentResults,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Puts batches of all `total` movies into the queue. @param first the place of the first */
  async send(tx: Transaction, runId: number, total: number, first = 0): Promise<void> {
    const size = batchSize(total);
    const jobs = Array.from({ length: Math.ceil(total / size) }, (_, batch) => ({
      id: randomUUID(),
      data: { runId, from: first + batch * size, to: first + (batch + 1) * size } satisfies EnrichJob,
    }));
    if (jobs.length > 0) await this.queue.send(tx, ENRICH_QUEUE, jobs);
  }

  /** Makes this process's worker look for batches now. */
  wake(): void {
    this.queue.wake(ENRICH_QUEUE);
  }

  /**
   * Waits until none of the run's `total` movies is due any more, then marks those that TMDB did not find. Movies whose
   * batch was given up fail.
   * @param onProgress called with the number of due movies, and of failed ones
   */
  async untilDone(
    total: number,
    context: RunContext,
    onProgress = (due: number, failed: number): Promise<void> | void => {
      context.progress.enrichmentAdvanced({ done: total - due, total, failed });
    },
  ): Promise<void> {
    const { runId } = context.lease;
    const size = batchSize(total);
    const { failed } = await this.runMovies.remaining(runId);
    const otherFailures = (await this.checkpoint.failures(runId)) - failed;
    for (;;) {
      const startedMs = this.clock.monotonicMs();
      const due = await this.failAbandoned(size, context);
      const failures = (await this.checkpoint.failures(runId)) - otherFailures;
      await onProgress(due, failures);
      if (due === 0) break;
      const tookMs = this.clock.monotonicMs() - startedMs;
      const pauseMs = due > size ? POLL_MS : FINAL_POLL_MS;
      await this.clock.sleep(Math.max(pauseMs, PAUSE_RATIO * tookMs), context.signal);
    }
    await this.results.concludeNotFound(context);
  }

  /** Fails due movies that no open job covers. Returns how many other movies are due. */
  private async failAbandoned(size: number, context: RunContext): Promise<number> {
    const { runId } = context.lease;
    // Before the due movies: one that is still due after its job has ended was abandoned.
    const jobs = await this.queue.open<EnrichJob>(ENRICH_QUEUE, { runId });
    let due = 0;
    for (const { from, movies } of await this.runMovies.dueByRange(runId, size)) {
      if (jobs.some((job) => job.from < from + size && job.to > from)) {
        due += movies;
        continue;
      }
      for (const id of await this.runMovies.due(runId, { from, to: from + size })) {
        await this.results.failed(id, new BatchAbandonedError(), context);
      }
    }
    return due;
  }
}

function batchSize(total: number): number {
  return Math.max(MIN_BATCH, Math.ceil(total / MAX_BATCHES));
}
