import { Inject, Injectable } from '@nestjs/common';
import { backOffMs } from '../common/back-off.js';
import { Batcher } from '../common/batcher.js';
import { CLOCK, type Clock } from '../common/clock.js';
import { RANDOM, type Random } from '../common/random.js';
import { APP_CONFIG, type AppConfig } from '../config/app-config.js';
import type { Transaction } from '../database/prisma.service.js';
import { isConnectionLost } from '../database/errors/database-fault.js';
import { EnrichmentService } from './enrichment-selection.js';
import type { EnrichedMovie } from '../movies/movie-record.js';
import { MoviesRepository } from '../movies/movies.repository.js';
import { RowRefusedError } from '../movies/row-refused-error.js';
import { isItemFailure, itemError } from '../runs/item-failure.js';
import { type RunContext, untilAllEnd } from '../runs/run-context.js';
import { RunCheckpoint } from '../runs/run-checkpoint.repository.js';

/** What enriching needs of a run, be it all of the run's movies or a batch of them. */
export type EnrichContext = Pick<RunContext, 'hold' | 'tally' | 'signal' | 'stop'>;

/** Some two minutes; by then other workers have the batch. */
const TRIES = 10;
/** Movies that are read at once, of a run that may have a million. */
const PIECE = 10_000;

type Ids = Iterator<number, void> | AsyncIterator<number, void>;

interface Enriching extends EnrichContext {
  readonly queue: Ids;
  readonly batcher: Batcher<EnrichedMovie>;
}

/** Fetches the details of movies, one request a movie, and stores them as they arrive. */
@Injectable()
export class EnrichMovies {
  constructor(
    private readonly enrichment: EnrichmentService,
    private readonly movies: MoviesRepository,
    private readonly journal: RunCheckpoint,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(RANDOM) private readonly random: Random,
  ) {}

  /** Enriches what is due of a run's `total` movies, in order; otherwise as `enrich`. */
  enrichAll(total: number, context: EnrichContext): Promise<void> {
    return this.enrich(this.allDue(total, context), context);
  }

  /** Rejects only when the run can't go on; what failed otherwise is on record. */
  async enrich(queue: Ids, context: EnrichContext): Promise<void> {
    const batcher = new Batcher<EnrichedMovie>((movies) => this.store(movies, context));
    const enriching = { ...context, queue, batcher };
    // Twice as many as may ask at once, so that TMDB is kept busy while answers are being stored.
    const workers = 2 * this.config.tmdb.maxConcurrency;
    await untilAllEnd(
      Array.from({ length: workers }, () => this.work(enriching)),
      context,
    );
  }

  private async *allDue(total: number, { hold, signal }: EnrichContext): AsyncGenerator<number, void> {
    for (let from = 0; from < total; from += PIECE) {
      yield* await this.patiently(signal, () => this.journal.due(hold.runId, { from, to: from + PIECE }));
    }
  }

  private async work(enriching: Enriching): Promise<void> {
    const { queue } = enriching;
    for (let next = await queue.next(); next.done !== true; next = await queue.next()) {
      enriching.signal.throwIfAborted();
      await this.one(next.value, enriching);
    }
  }

  private async one(id: number, { batcher, ...context }: Enriching): Promise<void> {
    let movie: EnrichedMovie;
    try {
      movie = await this.enrichment.details(id, { signal: context.signal, tally: context.tally.tmdb });
    } catch (error) {
      if (context.signal.aborted || !isItemFailure(error)) throw error;
      if (error.kind === 'not_found') await this.gone(id, context);
      else await this.failed(id, error, context);
      return;
    }
    await batcher.add(movie);
  }

  private async gone(id: number, context: EnrichContext): Promise<void> {
    const { hold, tally } = context;
    const settled = await this.settle(context, async (tx) => {
      const count = await this.journal.moviesSettled(tx, hold, [id], 'gone');
      if (count > 0) await this.movies.markGone([id], this.clock.now(), tx);
      return count;
    });
    tally.moviesGone(settled);
  }

  /**
   * Does nothing when another worker has settled the movie.
   * @param error why its details could not be had or stored
   */
  async failed(
    id: number,
    error: unknown,
    context: Pick<EnrichContext, 'hold' | 'tally' | 'signal'>,
  ): Promise<void> {
    const { hold, tally } = context;
    const now = this.clock.now();
    const settled = await this.settle(context, async (tx) => {
      const count = await this.journal.moviesSettled(tx, hold, [id], 'failed');
      if (count === 0) return 0;
      await this.movies.markFailed([id], now, tx);
      await this.journal.itemFailed(tx, hold, itemError({ movieId: id }, error, now));
      return count;
    });
    tally.moviesFailed(settled);
  }

  /** One movie that the database refuses fails alone, not the others of its batch. */
  private async store(movies: readonly EnrichedMovie[], context: EnrichContext): Promise<void> {
    const ids = movies.map(({ id }) => id);
    try {
      const settled = await this.settle(context, async (tx) => {
        await this.movies.storeEnriched(movies, this.clock.now(), tx);
        return this.journal.moviesSettled(tx, context.hold, ids, 'done');
      });
      context.tally.moviesEnriched(settled);
    } catch (error) {
      if (!(error instanceof RowRefusedError)) throw error;
      const [first, ...others] = movies;
      if (first === undefined) return;
      if (others.length === 0) await this.failed(first.id, error, context);
      else for (const movie of movies) await this.store([movie], context);
    }
  }

  /** Returns how many movies counted. */
  private settle(
    { signal }: Pick<EnrichContext, 'signal'>,
    work: (tx: Transaction) => Promise<number>,
  ): Promise<number> {
    return this.patiently(signal, () => this.journal.transaction(work));
  }

  /** Waits for a database that went away, so that no answer has to be asked for twice. */
  private async patiently<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    for (let failures = 1; ; failures++) {
      try {
        return await work();
      } catch (error) {
        if (!isConnectionLost(error) || failures === TRIES) throw error;
        await this.clock.sleep(backOffMs(failures, this.random), signal);
      }
    }
  }
}
