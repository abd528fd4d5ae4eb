import { Inject, Injectable, Logger } from '@nestjs/common';
import { Batcher } from '../common/batcher.js';
import { CLOCK, type Clock } from '../common/clock.js';
import { APP_CONFIG, type AppConfig } from '../config/app-config.js';
import { EnrichmentService } from '../enrichment/enrichment.service.js';
import type { EnrichedMovie } from '../movies/movie-records.js';
import { MoviesRepository } from '../movies/movies.repository.js';
import { RowRefusedError } from '../movies/row-refused-error.js';
import { TmdbError } from '../tmdb/tmdb-error.js';
import { isItemFailure, itemError } from './item-failure.js';
import { type RunContext, untilAllEnd } from './run-context.js';
import type { EnrichmentPlan, RunPlan } from './run-plan.js';

interface Enriching extends RunContext {
  readonly queue: Iterator<number>;
  readonly batcher: Batcher<EnrichedMovie>;
}

/** Fetches the details of the films that are due, one request a film, and stores them as they arrive. */
@Injectable()
export class EnrichStage {
  private readonly logger = new Logger(EnrichStage.name);

  constructor(
    private readonly enrichment: EnrichmentService,
    private readonly movies: MoviesRepository,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Rejects only when the run can't go on; what failed otherwise is in the tally. */
  async run(plan: RunPlan, enrichment: EnrichmentPlan, context: RunContext): Promise<void> {
    const { ids, fresh } = await this.enrichment.choose({
      ...enrichment,
      collected: context.tally.collected(),
      incremental: plan.incremental,
    });
    context.tally.enrichmentPlanned(ids.length, fresh);
    const batcher = new Batcher<EnrichedMovie>((films) => this.store(films, context));
    const enriching = { ...context, queue: ids.values(), batcher };
    // Twice as many as may ask at once, so that TMDB is kept busy while answers are being stored.
    const workers = Math.min(ids.length, 2 * this.config.tmdb.maxConcurrency);
    await untilAllEnd(
      Array.from({ length: workers }, () => this.work(enriching)),
      context,
    );
    this.logger.log({ event: 'films.enriched', runId: context.runId, due: ids.length });
  }

  private async work(enriching: Enriching): Promise<void> {
    for (let next = enriching.queue.next(); next.done !== true; next = enriching.queue.next()) {
      enriching.signal.throwIfAborted();
      await this.enrich(next.value, enriching);
    }
  }

  private async enrich(id: number, { batcher, ...context }: Enriching): Promise<void> {
    let film: EnrichedMovie;
    try {
      film = await this.enrichment.details(id, { signal: context.signal, tally: context.tally.tmdb });
    } catch (error) {
      if (context.signal.aborted || !isItemFailure(error)) throw error;
      await this.notEnriched(id, error, context);
      return;
    }
    await batcher.add(film);
  }

  private async notEnriched(id: number, error: unknown, { tally }: RunContext): Promise<void> {
    const now = this.clock.now();
    if (error instanceof TmdbError && error.kind === 'not_found') {
      await this.movies.markGone([id], now);
      tally.filmGone();
    } else {
      await this.movies.markFailed([id], now);
      tally.filmFailed(itemError({ movieId: id }, error, now));
    }
  }

  /** One film that the database refuses fails alone, not the others of its batch. */
  private async store(films: readonly EnrichedMovie[], context: RunContext): Promise<void> {
    try {
      await this.movies.storeEnriched(films, this.clock.now());
      context.tally.filmsEnriched(films.length);
    } catch (error) {
      if (!(error instanceof RowRefusedError)) throw error;
      const [first, ...others] = films;
      if (first === undefined) return;
      if (others.length === 0) await this.notEnriched(first.id, error, context);
      else for (const film of films) await this.store([film], context);
    }
  }
}
