import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { isExhausted } from '../database/errors/database-fault.js';
import { JobQueue } from '../queue/job-queue.js';
import { ENRICH_QUEUE, type EnrichJob } from '../queue/queues.js';
import { RunCheckpoint } from '../runs/run-checkpoint.repository.js';
import { releasable } from '../runs/run-context.js';
import { faultEnding, stopReasonOf, tmdbEnding } from '../runs/run-ending.js';
import { RunHeartbeat } from '../runs/run-heartbeat.js';
import { RunMovies } from '../runs/run-movies.repository.js';
import { TmdbError } from '../tmdb/tmdb-error.js';
import { TmdbUsage } from '../runs/tmdb-usage.js';
import { EnrichMovies } from './enrich-movies.js';

/** One batch's requests go on while another's responses are stored. */
const PARALLEL_BATCHES = 2;

/** Enriches batches of a run's movies, where this process is a worker. */
@Injectable()
export class EnrichBatchProcessor implements OnApplicationBootstrap {
  private readonly logger = new Logger(EnrichBatchProcessor.name);

  constructor(
    private readonly queue: JobQueue,
    private readonly movies: EnrichMovies,
    private readonly heartbeat: RunHeartbeat,
    private readonly checkpoint: RunCheckpoint,
    private readonly runMovies: RunMovies,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.queue.work<EnrichJob>(ENRICH_QUEUE, PARALLEL_BATCHES, (job, signal) =>
      this.process(job, signal),
    );
  }

  /** Rejects when the batch is to be tried again; what it stored is not requested again. */
  private async process(job: EnrichJob, signal: AbortSignal): Promise<void> {
    const { runId } = job;
    const due = await this.runMovies.due(runId, job);
    if (due.length === 0) return;
    try {
      await releasable(signal, (abort) => this.enrich(runId, due, abort));
    } catch (error) {
      await this.conclude(error, runId);
    }
  }

  private async enrich(runId: number, due: readonly number[], abort: AbortController): Promise<void> {
    const lease = { runId, fencingToken: null };
    const usage = new TmdbUsage();
    const drain = new AbortController();
    const context = {
      lease,
      usage,
      signal: abort.signal,
      abort: (reason: unknown) => {
        abort.abort(reason);
      },
    };
    await this.heartbeat.during({ lease, usage, abort, drain, progress: null }, () =>
      this.movies.enrich(due, context, drain.signal),
    );
  }

  /**
   * Tells the run why it can't go on. Rejects unless the run has ended or was set aside: while a batch is open, the worker that leads the
   * run does not treat its movies as abandoned.
   */
  private async conclude(error: unknown, runId: number): Promise<void> {
    const reason = stopReasonOf(error);
    // The movies that are left are selected again.
    if (reason?.kind === 'lost' || reason?.kind === 'outranked') return;
    if (reason === null) this.logger.error({ event: 'batch.failed', runId, err: error });
    if (error instanceof TmdbError) await this.checkpoint.requestAbort(runId, tmdbEnding(error));
    else if (isExhausted(error)) await this.checkpoint.requestAbort(runId, faultEnding(error));
    throw error;
  }
}
