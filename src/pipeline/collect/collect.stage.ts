import { Inject, Injectable, Logger } from '@nestjs/common';
import { CLOCK, type Clock } from '../../common/clock.js';
import { Mutex } from '../../common/mutex.js';
import { listedMovie } from '../../movies/listed-movie.js';
import { ListsRepository, type ListEntry } from '../../movies/lists.repository.js';
import type { ListedMovie } from '../../movies/movie-record.js';
import { MoviesRepository } from '../../movies/movies.repository.js';
import { RowRefusedError } from '../../movies/row-refused-error.js';
import { TmdbClient } from '../../tmdb/tmdb-client.js';
import type { TmdbListItem, TmdbPage } from '../../tmdb/schema/page.js';
import { isItemFailure, itemError } from '../../runs/item-failure.js';
import { type RunContext, untilAllEnd } from '../../runs/run-context.js';
import { pageKey, RunCheckpoint } from '../../runs/run-checkpoint.repository.js';
import type { RunPlan, Source } from '../../runs/run-plan.js';
import { type Walked, paginateList } from './paginate-list.js';

type PlannedSource = RunPlan['sources'][number];

interface Collecting extends RunContext {
  readonly genreNames: Promise<ReadonlyMap<number, string>>;
  /** A movie that two sources name is stored before either says where it saw it. */
  readonly storing: Mutex;
  /** What the run stored before it was interrupted; those pages are not asked for again. */
  readonly storedPages: ReadonlyMap<string, Walked>;
}

/** A page as it is to be stored. */
interface ReadPage extends TmdbPage {
  readonly source: Source;
  readonly sightings: readonly ListEntry[];
}

/** Reads the lists side by side and stores their movies page by page. */
@Injectable()
export class CollectStage {
  private readonly logger = new Logger(CollectStage.name);

  constructor(
    private readonly tmdb: TmdbClient,
    private readonly movies: MoviesRepository,
    private readonly lists: ListsRepository,
    private readonly journal: RunCheckpoint,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Rejects only when the run can't go on; what failed otherwise is in the tally. */
  async run(plan: RunPlan, context: RunContext): Promise<void> {
    const { runId } = context.hold;
    context.tally.storedBefore(await this.journal.movies(runId));
    const storedPages = await this.journal.pages(runId);
    // Asked for beside the first pages, which wait for them before they are stored.
    const genreNames = this.genreNames(context);
    const collecting = { ...context, genreNames, storing: new Mutex(), storedPages };
    await untilAllEnd(
      [genreNames, ...plan.sources.map((planned) => this.collect(planned, collecting))],
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
      await this.failed({ source: 'genres' }, error, context);
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
    for await (const result of paginateList(
      (page, ahead) => this.fetch(source, page, ahead, context),
      pages,
    )) {
      if ('error' in result) {
        if (context.signal.aborted || !isItemFailure(result.error)) throw result.error;
        failures += 1;
        lastError = result.error;
        await this.failed({ source, page: result.page }, result.error, context);
        continue;
      }
      const { page, body } = result;
      const fresh = body.items.filter((item) => !seen.has(item.id) && seen.add(item.id));
      if (isFetched(body)) await this.store(source, page, body, fresh as TmdbListItem[], context);
      tally.pageFetched(source, isFetched(body) ? body.items.length + body.rejected.length : 0, fresh.length);
      lastPage = page;
      listEnded = page >= body.totalPages;
    }
    if (lastPage > 0 && failures === 0) await this.sweep(source, { lastPage, listEnded }, context);
    tally.sourceChanged(source, {
      status: failures === 0 ? 'done' : lastPage > 0 ? 'partial' : 'failed',
      error: lastError instanceof Error ? lastError.message : null,
    });
    const { runId } = context.hold;
    this.logger.log({ event: 'source.collected', runId, source, movies: seen.size, failures });
  }

  private async sweep(
    source: Source,
    { lastPage, listEnded }: { lastPage: number; listEnded: boolean },
    { storing, startedAt }: Collecting,
  ): Promise<void> {
    const sweep = { seenAt: startedAt, lastPosition: lastPage * PAGE_SIZE, listEnded };
    await storing.run(() => this.lists.sweep(source, sweep));
  }

  private async fetch(
    source: Source,
    page: number,
    ahead: AbortSignal,
    context: Collecting,
  ): Promise<TmdbPage | Walked> {
    const stored = context.storedPages.get(pageKey(source, page));
    if (stored !== undefined) return stored;
    const call = { signal: AbortSignal.any([context.signal, ahead]), tally: context.tally.tmdb };
    return source === 'trending' ? this.tmdb.trending(page, call) : this.tmdb.list(source, page, call);
  }

  private async store(
    source: Source,
    page: number,
    body: TmdbPage,
    fresh: readonly TmdbListItem[],
    context: Collecting,
  ): Promise<void> {
    const { tally } = context;
    const genreNames = await context.genreNames;
    await context.storing.run(async () => {
      const movies = fresh
        .filter((item) => !tally.isStored(item.id))
        .map((item) => listedMovie(item, genreNames));
      const sightings = fresh.map((item) => ({ movieId: item.id, position: positionOf(page, item.index) }));
      const read = { ...body, source, page, sightings };
      try {
        await this.storePage(movies, read, context);
      } catch (error) {
        if (!(error instanceof RowRefusedError)) throw error;
        for (const movie of movies) await this.storeAlone(movie, read, context);
        await this.storePage([], read, context);
      }
    });
    tally.itemsFailed(body.rejected.length);
  }

  private async storePage(
    movies: readonly ListedMovie[],
    { sightings, ...page }: ReadPage,
    { hold, tally, startedAt }: RunContext,
  ): Promise<void> {
    const { source, rejected } = page;
    const report = await this.journal.transaction(async (tx) => {
      const stored = await this.movies.storeListed(movies, this.clock.now(), tx);
      await this.lists.storeEntries(source, sightings, startedAt, tx);
      for (const { id, reason } of rejected) {
        const error = itemError({ source, page: page.page, movieId: id }, reason, this.clock.now());
        await this.journal.itemFailed(tx, hold, error);
      }
      await this.journal.pageStored(tx, hold, page, stored);
      return stored;
    });
    tally.moviesStored(report);
  }

  /** One movie that the database refuses fails alone, not the others of its page. */
  private async storeAlone(
    movie: ListedMovie,
    { source, page }: ReadPage,
    context: RunContext,
  ): Promise<void> {
    try {
      const report = await this.journal.transaction(async (tx) => {
        const stored = await this.movies.storeListed([movie], this.clock.now(), tx);
        await this.journal.moviesStored(tx, context.hold, stored);
        return stored;
      });
      context.tally.moviesStored(report);
    } catch (error) {
      if (!(error instanceof RowRefusedError)) throw error;
      await this.failed({ source, page, movieId: movie.id }, error, context);
    }
  }

  private async failed(
    where: Parameters<typeof itemError>[0],
    error: unknown,
    { hold, tally }: RunContext,
  ): Promise<void> {
    const failure = itemError(where, error, this.clock.now());
    await this.journal.transaction((tx) => this.journal.itemFailed(tx, hold, failure));
    tally.itemsFailed(1);
  }
}

/** Not one that the run had stored before. */
function isFetched(page: TmdbPage | Walked): page is TmdbPage {
  return 'page' in page;
}

/** Movies on one page of any of TMDB's lists. */
const PAGE_SIZE = 20;

function positionOf(page: number, index: number): number {
  return (page - 1) * PAGE_SIZE + index + 1;
}
