import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../common/clock.js';
import { RANDOM, type Random } from '../common/random.js';
import { retry } from '../common/retry.js';
import { isConflict, isConnectionLost } from '../database/errors/database-fault.js';
import type { Transaction } from '../database/prisma.service.js';
import type { EnrichedMovie } from '../movies/movie-record.js';
import { MoviesRepository } from '../movies/movies.repository.js';
import { isBlocked, itemError } from '../runs/item-failure.js';
import { RunCheckpoint } from '../runs/run-checkpoint.repository.js';
import type { WorkContext } from '../runs/run-context.js';
import { RunMovies } from '../runs/run-movies.repository.js';

type ResultContext = Pick<WorkContext, 'lease' | 'signal'>;

/** About two minutes with the back-off; by then another worker has the batch. */
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
  enriched(movies: readonly EnrichedMovie[], { lease, signal }: ResultContext): Promise<void> {
    const ids = movies.map(({ id }) => id);
    return this.inTransaction(signal, async (tx) => {
      await this.movies.storeEnriched(movies, this.clock.now(), tx);
      await this.runMovies.settle(tx, lease, ids, 'done');
    });
  }

  /** TMDB no longer has the movie. */
  gone(id: number, { lease, signal }: ResultContext): Promise<void> {
    return this.inTransaction(signal, async (tx) => {
      const settled = await this.runMovies.settle(tx, lease, [id], 'gone');
      if (settled > 0) await this.movies.markGone([id], this.clock.now(), tx);
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
      ...{ clock, random, signal, attempts: ATTEMPTS },
      isRetryable: (error) => isConnectionLost(error) || isConflict(error),
    });
  }
}
