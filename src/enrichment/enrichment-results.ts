import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../common/clock.js';
import { RANDOM, type Random } from '../common/random.js';
import { retry } from '../common/retry.js';
import { isUnavailable } from '../database/errors/database-fault.js';
import type { Transaction } from '../database/prisma.service.js';
import type { FetchedMovie } from '../movies/movie-record.js';
import { MoviesRepository } from '../movies/movies.repository.js';
import { isBlocked, itemError, MassNotFoundError } from '../runs/item-failure.js';
import { RunCheckpoint } from '../runs/run-checkpoint.repository.js';
import type { WorkContext } from '../runs/run-context.js';
import { RunMovies } from '../runs/run-movies.repository.js';

type ResultContext = Pick<WorkContext, 'lease' | 'signal'>;

/** TMDB deletes some movies a day. More of a run's movies that are missing for the first time are a fault of TMDB. */
const MAX_NOT_FOUND = 5;
const MAX_SHARE_NOT_FOUND = 0.05;

/** One to two minutes with the back-off; by then another worker has the batch. */
const ATTEMPTS = 10;

/**
 * Stores the result of enriching movies, in one transaction with the run's record of it. Does nothing for a movie that
 * another worker has settled. Waits for a database that is away, so that no response has to be requested twice.
 */
@Injectable()
export class EnrichmentResults {
  constructor(
    private readonly movies: MoviesRepository,
    private readonly checkpoint: RunCheckpoint,
    private readonly runMovies: RunMovies,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(RANDOM) private readonly random: Random,
  ) {}

  /** @throws RowRefusedError when the database refuses a value; nothing is stored then */
  enriched(movies: readonly FetchedMovie[], { lease, signal }: ResultContext): Promise<void> {
    const ids = movies.map(({ id }) => id);
    return this.inTransaction(signal, async (tx) => {
      const { feedMissed } = await this.movies.storeEnriched(movies, this.clock.now(), tx);
      await this.runMovies.settle(tx, lease, ids, 'done', feedMissed.length);
    });
  }

  /** TMDB does not find the movie. The movie itself is marked at the end of the run, by `concludeNotFound`. */
  notFound(id: number, { lease, signal }: ResultContext): Promise<void> {
    return this.inTransaction(signal, async (tx) => {
      await this.runMovies.settle(tx, lease, [id], 'gone');
    });
  }

  /**
   * Marks the movies that TMDB did not find in the whole run, as of the run's start: a resumed run may repeat this. If too
   * many are missing at once, the fault is TMDB's: marks none, and records them as failures.
   */
  concludeNotFound({
    lease,
    signal,
    startedAt,
  }: ResultContext & { readonly startedAt: Date }): Promise<void> {
    return this.inTransaction(signal, async (tx) => {
      const { ids, requested } = await this.runMovies.notFound(tx, lease.runId);
      if (ids.length === 0) return;
      const first = await this.movies.countFirstNotFound(ids, tx);
      if (first <= MAX_NOT_FOUND || first <= MAX_SHARE_NOT_FOUND * requested) {
        await this.movies.markNotFound(ids, startedAt, tx);
        return;
      }
      const error = new MassNotFoundError(ids.length, requested);
      await this.runMovies.distrust(tx, lease, itemError({}, error, this.clock.now()));
    });
  }

  /** @param error why its details could not be fetched or stored */
  failed(id: number, error: unknown, { lease, signal }: ResultContext): Promise<void> {
    const now = this.clock.now();
    return this.inTransaction(signal, async (tx) => {
      if ((await this.runMovies.settle(tx, lease, [id], 'failed')) === 0) return;
      // A block concerns all requests and leaves the movie due.
      if (!isBlocked(error)) await this.movies.markFailed([id], now, tx);
      await this.checkpoint.itemFailed(tx, lease, itemError({ movieId: id }, error, now));
    });
  }

  private inTransaction(signal: AbortSignal, work: (tx: Transaction) => Promise<void>): Promise<void> {
    const { clock, random } = this;
    return retry(() => this.checkpoint.transaction(work), {
      clock,
      random,
      signal,
      attempts: ATTEMPTS,
      isRetryable: isUnavailable,
    });
  }
}
