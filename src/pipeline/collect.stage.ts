import { Inject, Injectable, Logger } from '@nestjs/common';
import { CLOCK, type Clock } from '../common/clock.js';
import { Serial } from '../common/serial.js';
import { listedMovie } from '../enrichment/listed-movie.js';
import { ListsRepository } from '../movies/lists.repository.js';
import type { ListedMovie } from '../movies/movie-records.js';
import { MoviesRepository } from '../movies/movies.repository.js';
import { RowRefusedError } from '../movies/row-refused-error.js';
import { TmdbClient } from '../tmdb/tmdb-client.js';
import type { TmdbPage } from '../tmdb/wire/page.js';
import { isItemFailure, itemError } from './item-failure.js';
import { type RunContext, untilAllEnd } from './run-context.js';
import type { RunPlan, Source } from './run-plan.js';
import type { RunTally } from './run-tally.js';
import { walkList } from './walk-list.js';

type PlannedSource = RunPlan['sources'][number];

interface Collecting extends RunContext {
  readonly genreNames: ReadonlyMap<number, string>;
  /** A film that two sources name is stored before either says where it saw it. */
  readonly storing: Serial;
  /** Marks the sightings of this run. */
  readonly seenAt: Date;
}

/** Reads the lists side by side and stores their films page by page. */
@Injectable()
export class CollectStage {
  private readonly logger = new Logger(CollectStage.name);

  constructor(
    private readonly tmdb: TmdbClient,
    private readonly movies: MoviesRepository,
    private readonly lists: ListsRepository,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Rejects only when the run can't go on; what failed otherwise is in the tally. */
  async run(plan: RunPlan, context: RunContext): Promise<void> {
    const genreNames = await this.genreNames(context);
    const collecting = { ...context, genreNames, storing: new Serial(), seenAt: this.clock.now() };
    await untilAllEnd(
      plan.sources.map((planned) => this.collect(planned, collecting)),
      context,
    );
  }

  /** Without TMDB's genre list the stored one serves; without either, genres stay as they are stored. */
  private async genreNames(context: RunContext): Promise<ReadonlyMap<number, string>> {
    try {
      await this.lists.storeGenres(
        await this.tmdb.genres({ signal: context.signal, tally: context.tally.tmdb }),
      );
    } catch (error) {
      if (context.signal.aborted || !isItemFailure(error)) throw error;
      context.tally.itemFailed(itemError({ source: 'genres' }, error, this.clock.now()));
    }
    return this.lists.genreNames();
  }

  private async collect({ source, pages }: PlannedSource, context: Collecting): Promise<void> {
    const { tally } = context;
    tally.sourceChanged(source, { status: 'fetching' });
    const seen = new Set<number>();
    let failures = 0;
    let lastPage = 0;
    let lastError: unknown = null;
    let listEnded = false;
    for await (const result of walkList((page, ahead) => this.fetch(source, page, ahead, context), pages)) {
      if ('error' in result) {
        if (context.signal.aborted || !isItemFailure(result.error)) throw result.error;
        failures += 1;
        lastError = result.error;
        tally.itemFailed(itemError({ source, page: result.page }, result.error, this.clock.now()));
        continue;
      }
      await this.store(source, result.page, result.body, seen, context);
      lastPage = result.page;
      listEnded = result.page >= result.body.totalPages;
    }
    if (lastPage > 0 && failures === 0) {
      await context.storing.run(() =>
        this.lists.endSweep(source, {
          seenAt: context.seenAt,
          lastPosition: lastPage * PAGE_SIZE,
          listEnded,
        }),
      );
    }
    tally.sourceChanged(source, {
      status: failures === 0 ? 'done' : lastPage > 0 ? 'partial' : 'failed',
      error: lastError instanceof Error ? lastError.message : null,
    });
    this.logger.log({ event: 'source.collected', runId: context.runId, source, movies: seen.size, failures });
  }

  private fetch(source: Source, page: number, ahead: AbortSignal, context: Collecting): Promise<TmdbPage> {
    const call = { signal: AbortSignal.any([context.signal, ahead]), tally: context.tally.tmdb };
    return source === 'trending' ? this.tmdb.trending(page, call) : this.tmdb.list(source, page, call);
  }

  private async store(
    source: Source,
    page: number,
    body: TmdbPage,
    seen: Set<number>,
    context: Collecting,
  ): Promise<void> {
    const { tally } = context;
    const items = body.items.filter((item) => !seen.has(item.id) && seen.add(item.id));
    await context.storing.run(async () => {
      const films = items.filter((item) => !tally.isStored(item.id));
      await this.storeFilms(
        films.map((item) => listedMovie(item, context.genreNames)),
        { source, page },
        tally,
      );
      const sightings = items.map((item) => ({ movieId: item.id, position: positionOf(page, item.index) }));
      await this.lists.recordSightings(source, sightings, context.seenAt);
    });
    for (const { id, reason } of body.rejected) {
      tally.itemFailed(itemError({ source, page, movieId: id }, reason, this.clock.now()));
    }
    tally.pageFetched(source, body.items.length + body.rejected.length, items.length);
  }

  /** One film that the database refuses fails alone, not the others of its page. */
  private async storeFilms(
    films: readonly ListedMovie[],
    where: { readonly source: Source; readonly page: number },
    tally: RunTally,
  ): Promise<void> {
    try {
      const stored = await this.movies.storeListed(films, this.clock.now());
      for (const result of ['inserted', 'updated', 'unchanged'] as const) {
        tally.filmsStored(stored[result], result);
      }
    } catch (error) {
      if (!(error instanceof RowRefusedError)) throw error;
      const [first, ...others] = films;
      if (first === undefined) return;
      if (others.length === 0)
        tally.itemFailed(itemError({ ...where, movieId: first.id }, error, this.clock.now()));
      else for (const film of films) await this.storeFilms([film], where, tally);
    }
  }
}

/** Films on one page of any of TMDB's lists. */
const PAGE_SIZE = 20;

function positionOf(page: number, index: number): number {
  return (page - 1) * PAGE_SIZE + index + 1;
}
