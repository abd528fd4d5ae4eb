import { Injectable, Logger } from '@nestjs/common';
import type { Job } from 'pg-boss';
import { isExhausted } from '../database/sql-state.js';
import { TmdbError } from '../tmdb/tmdb-error.js';
import type { EnrichBatch } from './enrich-batches.js';
import { EnrichFilms } from './enrich-films.js';
import { RunBeat } from './run-beat.js';
import { newStop } from './run-context.js';
import { RunCancelled, RunHandedBack, RunStopped } from './run-errors.js';
import { RunLostError } from './run-hold.js';
import { RunJournal } from './run-journal.repository.js';
import { endOfFault, endOfTmdb } from './run-stages.js';
import { RunTally } from './run-tally.js';

/** Enriches one batch of a run's films. */
@Injectable()
export class EnrichWorker {
  private readonly logger = new Logger(EnrichWorker.name);

  constructor(
    private readonly films: EnrichFilms,
    private readonly beat: RunBeat,
    private readonly journal: RunJournal,
  ) {}

  /** Rejects when the batch is to be tried again; films that it stored are not asked for twice. */
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
    const tally = new RunTally();
    const context = {
      ...{ hold, tally, signal: stop.signal },
      stop: (reason: unknown) => {
        stop.abort(reason);
      },
    };
    try {
      await this.beat.during({ hold, tally, stop, tells: false }, () =>
        this.films.enrich(due.values(), context),
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
    if (!(error instanceof RunHandedBack)) this.logger.error({ event: 'batch.failed', runId, err: error });
    if (!isExhausted(error)) throw error;
    await this.journal.stop(runId, endOfFault(error));
  }
}

function isEndOfRun(error: unknown): boolean {
  return error instanceof RunLostError || error instanceof RunCancelled || error instanceof RunStopped;
}
