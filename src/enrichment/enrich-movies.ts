import { Inject, Injectable } from '@nestjs/common';
import { Batcher } from '../common/batcher.js';
import { CLOCK, type Clock } from '../common/clock.js';
import { APP_CONFIG, type AppConfig } from '../config/app-config.js';
import type { FetchedMovie } from '../movies/movie-record.js';
import { RowRefusedError } from '../movies/row-refused-error.js';
import { isItemFailure } from '../runs/item-failure.js';
import { settleAll, type WorkContext } from '../runs/run-context.js';
import { TmdbClient } from '../tmdb/tmdb-client.js';
import { enrichedMovie } from './enriched-movie.js';
import { EnrichmentResults } from './enrichment-results.js';

interface Enriching extends WorkContext {
  readonly ids: Iterator<number, void>;
  readonly batcher: Batcher<FetchedMovie>;
  readonly drain: AbortSignal;
}

/** Fetches the details of movies, one request each, and stores them as they arrive. */
@Injectable()
export class EnrichMovies {
  constructor(
    private readonly tmdb: TmdbClient,
    private readonly results: EnrichmentResults,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * Rejects only when the run can't go on; other failures are recorded with it.
   * @param drain when it is aborted, no further request begins; rejects with its reason once the others are stored
   */
  async enrich(ids: readonly number[], context: WorkContext, drain: AbortSignal): Promise<void> {
    const batcher = new Batcher<FetchedMovie>((movies) => this.store(movies, context));
    const enriching = { ...context, ids: ids.values(), batcher, drain };
    // Twice the number of parallel requests, so that requests go on while responses are being stored.
    const workers = 2 * this.config.tmdb.maxConcurrency;
    await settleAll(
      Array.from({ length: workers }, () => this.work(enriching)),
      context,
    );
    drain.throwIfAborted();
  }

  private async work(enriching: Enriching): Promise<void> {
    for (let next = enriching.ids.next(); next.done !== true; next = enriching.ids.next()) {
      enriching.signal.throwIfAborted();
      if (enriching.drain.aborted) return;
      await this.enrichOne(next.value, enriching);
    }
  }

  private async enrichOne(id: number, { batcher, ...context }: Enriching): Promise<void> {
    let movie: FetchedMovie;
    let fetchedAt = this.clock.now();
    const onSend = (): void => {
      fetchedAt = this.clock.now();
    };
    try {
      const { signal, usage } = context;
      const details = await this.tmdb.movie(id, { signal, counters: usage.counters, onSend });
      movie = { ...enrichedMovie(details, this.config.tmdb.language, this.config.tmdb), fetchedAt };
    } catch (error) {
      if (context.signal.aborted || !isItemFailure(error)) throw error;
      if (error.kind === 'not_found') await this.results.notFound(id, context);
      else await this.results.failed(id, error, context);
      return;
    }
    await batcher.add(movie);
  }

  /** A movie that the database refuses fails alone, without the others of its batch. */
  private async store(movies: readonly FetchedMovie[], context: WorkContext): Promise<void> {
    try {
      await this.results.enriched(movies, context);
    } catch (error) {
      if (!(error instanceof RowRefusedError)) throw error;
      const [first, ...others] = movies;
      if (first === undefined) return;
      if (others.length === 0) await this.results.failed(first.id, error, context);
      else for (const movie of movies) await this.store([movie], context);
    }
  }
}
