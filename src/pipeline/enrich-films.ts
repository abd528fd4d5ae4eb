import { Inject, Injectable } from '@nestjs/common';
import { Batcher } from '../common/batcher.js';
import { CLOCK, type Clock } from '../common/clock.js';
import { APP_CONFIG, type AppConfig } from '../config/app-config.js';
import { EnrichmentService } from '../enrichment/enrichment.service.js';
import type { EnrichedMovie } from '../movies/movie-records.js';
import { MoviesRepository } from '../movies/movies.repository.js';
import { RowRefusedError } from '../movies/row-refused-error.js';
import { isItemFailure, itemError } from './item-failure.js';
import { type RunContext, untilAllEnd } from './run-context.js';
import { RunJournal } from './run-journal.repository.js';

/** What enriching needs of a run, be it all of the run's films or a batch of them. */
export type EnrichContext = Pick<RunContext, 'hold' | 'tally' | 'signal' | 'stop'>;

interface Enriching extends EnrichContext {
  readonly queue: Iterator<number>;
  readonly batcher: Batcher<EnrichedMovie>;
}

/** Fetches the details of films, one request a film, and stores them as they arrive. */
@Injectable()
export class EnrichFilms {
  constructor(
    private readonly enrichment: EnrichmentService,
    private readonly movies: MoviesRepository,
    private readonly journal: RunJournal,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Rejects only when the run can't go on; what failed otherwise is on record. */
  async enrich(ids: readonly number[], context: EnrichContext): Promise<void> {
    const batcher = new Batcher<EnrichedMovie>((films) => this.store(films, context));
    const enriching = { ...context, queue: ids.values(), batcher };
    // Twice as many as may ask at once, so that TMDB is kept busy while answers are being stored.
    const workers = Math.min(ids.length, 2 * this.config.tmdb.maxConcurrency);
    await untilAllEnd(
      Array.from({ length: workers }, () => this.work(enriching)),
      context,
    );
  }

  private async work(enriching: Enriching): Promise<void> {
    for (let next = enriching.queue.next(); next.done !== true; next = enriching.queue.next()) {
      enriching.signal.throwIfAborted();
      await this.one(next.value, enriching);
    }
  }

  private async one(id: number, { batcher, ...context }: Enriching): Promise<void> {
    let film: EnrichedMovie;
    try {
      film = await this.enrichment.details(id, { signal: context.signal, tally: context.tally.tmdb });
    } catch (error) {
      if (context.signal.aborted || !isItemFailure(error)) throw error;
      if (error.kind === 'not_found') await this.gone(id, context);
      else await this.failed(id, error, context);
      return;
    }
    await batcher.add(film);
  }

  private async gone(id: number, { hold, tally }: EnrichContext): Promise<void> {
    await this.journal.transaction(async (tx) => {
      await this.movies.markGone([id], this.clock.now(), tx);
      await this.journal.filmsSettled(tx, hold, [id], 'gone');
    });
    tally.filmsGone(1);
  }

  /** @param error why its details could not be had or stored */
  async failed(
    id: number,
    error: unknown,
    { hold, tally }: Pick<EnrichContext, 'hold' | 'tally'>,
  ): Promise<void> {
    const now = this.clock.now();
    await this.journal.transaction(async (tx) => {
      await this.movies.markFailed([id], now, tx);
      const settled = await this.journal.filmsSettled(tx, hold, [id], 'failed');
      if (settled > 0) await this.journal.itemFailed(tx, hold, itemError({ movieId: id }, error, now));
    });
    tally.filmsFailed(1);
  }

  /** One film that the database refuses fails alone, not the others of its batch. */
  private async store(films: readonly EnrichedMovie[], context: EnrichContext): Promise<void> {
    const ids = films.map(({ id }) => id);
    try {
      await this.journal.transaction(async (tx) => {
        await this.movies.storeEnriched(films, this.clock.now(), tx);
        await this.journal.filmsSettled(tx, context.hold, ids, 'done');
      });
      context.tally.filmsEnriched(films.length);
    } catch (error) {
      if (!(error instanceof RowRefusedError)) throw error;
      const [first, ...others] = films;
      if (first === undefined) return;
      if (others.length === 0) await this.failed(first.id, error, context);
      else for (const film of films) await this.store([film], context);
    }
  }
}
