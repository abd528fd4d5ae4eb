import { Injectable, Logger } from '@nestjs/common';
import type { Job } from 'pg-boss';
import { isExhausted } from '../database/errors/database-fault.js';
import { TmdbError } from '../tmdb/tmdb-error.js';
import type { EnrichBatch } from './enrichment-batches.js';
import { EnrichMovies } from './enrich-movies.js';
import { RunHeartbeat } from '../runs/run-heartbeat.js';
import { newStop } from '../runs/run-context.js';
import { RunCancelled, RunReleased, RunStopped } from '../runs/run-errors.js';
import { LeaseLostError } from '../runs/run-lease.js';
import { RunCheckpoint } from '../runs/run-checkpoint.repository.js';
import { endOfFault, endOfTmdb } from '../pipeline/execution/run-stages.js';
import { RunCounters } from '../runs/run-counters.js';

/** Enriches one batch of a run's movies. */
@Injectable()
export class EnrichBatchProcessor {
  private readonly logger = new Logger(EnrichBatchProcessor.name);

  constructor(
    private readonly movies: EnrichMovies,
    private readonly beat: RunHeartbeat,
    private readonly journal: RunCheckpoint,
  ) {}

  /** Rejects when the batch is to be tried again; movies that it stored are not asked for twice. */
  async enrich({ data, signal: claim }: Job<EnrichBatch>, shutdown: AbortSignal): Promise<void> {
    const { runId } = data;
    const due = await this.journal.due(runId, data);
    if (due.length === 0) return;
    const stop = newStop();
    const leave = (): void => {
      stop.abort(shutdown.aborted ? shutdown.reason : claim.reason);
    };
    AbortSignal.any([shutdown, claim]).addEventListener('abort', leave, { once: true });
    const hold = { runId, fence: null };
    const tally = new RunCounters();
    const context = {
      ...{ hold, tally, signal: stop.signal },
      stop: (reason: unknown) => {
        stop.abort(reason);
      },
    };
    try {
      await this.beat.during({ hold, tally, stop, tells: false }, () =>
        this.movies.enrich(due.values(), context),
      );
    } catch (error) {
      await this.endOf(error, runId);
    }
  }

  /** What ends the whole run is told to it; a run that has ended needs its batches no more. */
  private async endOf(error: unknown, runId: number): Promise<void> {
    if (isEndOfRun(error)) return;
    if (error instanceof TmdbError) {
      await this.journal.stop(runId, endOfTmdb(error));
      return;
    }
    if (!(error instanceof RunReleased)) this.logger.error({ event: 'batch.failed', runId, err: error });
    if (!isExhausted(error)) throw error;
    await this.journal.stop(runId, endOfFault(error));
  }
}

function isEndOfRun(error: unknown): boolean {
  return error instanceof LeaseLostError || error instanceof RunCancelled || error instanceof RunStopped;
}
