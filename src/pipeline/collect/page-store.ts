import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../../common/clock.js';
import type { Mutex } from '../../common/mutex.js';
import { ListsRepository } from '../../movies/lists.repository.js';
import { listedMovie } from '../../movies/listed-movie.js';
import type { ListedMovie } from '../../movies/movie-record.js';
import { MoviesRepository } from '../../movies/movies.repository.js';
import { RowRefusedError } from '../../movies/row-refused-error.js';
import { itemError, LIST_SHRUNK } from '../../runs/item-failure.js';
import { RunCheckpoint } from '../../runs/run-checkpoint.repository.js';
import type { RunContext } from '../../runs/run-context.js';
import type { Source } from '../../runs/run-plan.js';
import type { TmdbGenre } from '../../tmdb/schema/genres.js';
import { PAGE_SIZE, type TmdbListItem, type TmdbPage } from '../../tmdb/schema/page.js';

export interface CollectContext extends RunContext {
  readonly genreNames: Promise<ReadonlyMap<number, string>>;
  /** Pages are stored one at a time, so that a movie that two sources name is stored once. */
  readonly storing: Mutex;
}

interface SourcePage extends TmdbPage {
  readonly source: Source;
}

/** 20 hours: a daily run does not start at the same second each day. */
const ANOTHER_DAY_MS = 20 * 3_600_000;

/** Stores what lists name: movies, their places in the lists, and genres. */
@Injectable()
export class PageStore {
  constructor(
    private readonly movies: MoviesRepository,
    private readonly lists: ListsRepository,
    private readonly checkpoint: RunCheckpoint,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Stores the genres that have a name. Returns the names of all stored genres, by id. */
  async genres(genres: readonly TmdbGenre[]): Promise<ReadonlyMap<number, string>> {
    const named = genres.flatMap(({ id, name }) => (name === null ? [] : [{ id, name }]));
    if (named.length > 0) await this.lists.storeGenres(named);
    return this.lists.genreNames();
  }

  /** @param fresh the items of the page that no earlier page of its source named */
  async page(page: SourcePage, fresh: readonly TmdbListItem[], context: CollectContext): Promise<void> {
    const genreNames = await context.genreNames;
    await context.storing.run(async () => {
      const movies = fresh
        .filter(({ id }) => !context.storedMovies.has(id))
        .map((item) => listedMovie(item, genreNames));
      try {
        await this.storePage(movies, page, fresh, context);
      } catch (error) {
        if (!(error instanceof RowRefusedError)) throw error;
        for (const movie of movies) await this.storeAlone(movie, page, context);
        await this.storePage([], page, fresh, context);
      }
    });
  }

  /** Number of stored places that the first `pages` pages of a list have. */
  places(source: Source, pages: number): Promise<number> {
    return this.lists.countPlaces(source, pages * PAGE_SIZE);
  }

  /** Removes entries that the fetched pages no longer contain. */
  async sweep(
    source: Source,
    { lastPage, isComplete }: { readonly lastPage: number; readonly isComplete: boolean },
    { storing, startedAt }: CollectContext,
  ): Promise<void> {
    const sweep = { seenAt: startedAt, lastPosition: lastPage * PAGE_SIZE, listEnded: isComplete };
    await storing.run(() => this.lists.sweep(source, sweep));
  }

  /** Whether a list was already too short on another day, and most of the places that are missing were not seen since. */
  async hasBeenShort(source: Source, { startedAt }: CollectContext): Promise<boolean> {
    const missingSince = await this.lists.missingSince(source, startedAt);
    if (missingSince === null) return false;
    const anotherDay = new Date(startedAt.getTime() - ANOTHER_DAY_MS);
    return this.checkpoint.hasSourceFailed(source, LIST_SHRUNK, missingSince, anotherDay);
  }

  async failed(
    where: Parameters<typeof itemError>[0],
    error: unknown,
    { lease }: Pick<RunContext, 'lease'>,
  ): Promise<void> {
    const failure = itemError(where, error, this.clock.now());
    await this.checkpoint.transaction((tx) => this.checkpoint.itemFailed(tx, lease, failure));
  }

  private async storePage(
    movies: readonly ListedMovie[],
    page: SourcePage,
    fresh: readonly TmdbListItem[],
    { lease, startedAt, storedMovies }: RunContext,
  ): Promise<void> {
    const { source, page: number, rejected } = page;
    const entries = fresh.map(({ id, index }) => ({
      movieId: id,
      position: (number - 1) * PAGE_SIZE + index + 1,
    }));
    await this.checkpoint.transaction(async (tx) => {
      const now = this.clock.now();
      const stored = await this.movies.storeListed(movies, now, tx);
      await this.lists.storeEntries(source, entries, startedAt, tx);
      for (const reason of rejected) {
        const error = itemError({ source, page: number }, reason, now);
        await this.checkpoint.itemFailed(tx, lease, error);
      }
      await this.checkpoint.pageStored(tx, lease, page, stored);
    });
    for (const { id } of movies) storedMovies.add(id);
  }

  /** A movie that the database refuses fails alone, without the others of its page. */
  private async storeAlone(
    movie: ListedMovie,
    { source, page }: SourcePage,
    { lease, storedMovies }: RunContext,
  ): Promise<void> {
    try {
      await this.checkpoint.transaction(async (tx) => {
        const stored = await this.movies.storeListed([movie], this.clock.now(), tx);
        await this.checkpoint.moviesStored(tx, lease, stored);
      });
      storedMovies.add(movie.id);
    } catch (error) {
      if (!(error instanceof RowRefusedError)) throw error;
      await this.failed({ source, page, movieId: movie.id }, error, { lease });
    }
  }
}
