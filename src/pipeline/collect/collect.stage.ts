import { Injectable, Logger } from '@nestjs/common';
import { Mutex } from '../../common/mutex.js';
import { isItemFailure, ListShrunkError } from '../../runs/item-failure.js';
import { type PageSummary, pageKey, RunCheckpoint } from '../../runs/run-checkpoint.repository.js';
import { type RunContext, settleAll } from '../../runs/run-context.js';
import { RunMovies } from '../../runs/run-movies.repository.js';
import type { RunPlan, Source } from '../../runs/run-plan.js';
import { TmdbClient } from '../../tmdb/tmdb-client.js';
import type { TmdbListItem, TmdbPage } from '../../tmdb/schema/page.js';
import { type CollectContext, PageStore } from './page-store.js';
import { paginateList } from './paginate-list.js';

type PlannedSource = RunPlan['sources'][number];
/** What was read of a list without a failure. */
interface Reading {
  readonly source: Source;
  /** Different movies that it named. */
  readonly movies: number;
  /** Places that were stored for the planned pages. */
  readonly placesBefore: number;
  readonly lastPage: number;
  /** Whether the list was read to its end. */
  readonly isComplete: boolean;
}

type StoredPages = ReadonlyMap<string, PageSummary>;

/** Fetches the lists in parallel and stores their movies page by page. */
@Injectable()
export class CollectStage {
  private readonly logger = new Logger(CollectStage.name);

  constructor(
    private readonly tmdb: TmdbClient,
    private readonly store: PageStore,
    private readonly checkpoint: RunCheckpoint,
    private readonly runMovies: RunMovies,
  ) {}

  /** Rejects only when the run can't go on; other failures are recorded with it. */
  async run(plan: RunPlan, context: RunContext): Promise<void> {
    const { runId } = context.lease;
    for (const id of await this.runMovies.stored(runId)) context.storedMovies.add(id);
    const storedPages = await this.checkpoint.storedPages(runId);
    // Requested together with the first pages, which wait for the names before they are stored.
    const genreNames = this.genreNames(context);
    const collecting = { ...context, genreNames, storing: new Mutex() };
    await settleAll(
      [genreNames, ...plan.sources.map((planned) => this.collect(planned, storedPages, collecting))],
      context,
    );
  }

  /** Falls back to the stored genres when TMDB's genre list can't be fetched. */
  private async genreNames(context: RunContext): Promise<ReadonlyMap<number, string>> {
    try {
      const { signal, usage } = context;
      return await this.store.genres(await this.tmdb.genres({ signal, counters: usage.counters }));
    } catch (error) {
      if (context.signal.aborted || !isItemFailure(error)) throw error;
      await this.store.failed({ source: 'genres' }, error, context);
      return this.store.genres([]);
    }
  }

  private async collect(
    { source, pages }: PlannedSource,
    storedPages: StoredPages,
    context: CollectContext,
  ): Promise<void> {
    const { progress, signal } = context;
    progress.sourceChanged(source, { status: 'fetching' });
    const placesBefore = await this.store.places(source, pages);
    const seen = new Set<number>();
    const failures: string[] = [];
    let rejected = 0;
    let lastPage = 0;
    let isComplete = false;
    const fetch = (page: number, ahead: AbortSignal): Promise<TmdbPage | PageSummary> =>
      this.fetch(source, page, ahead, storedPages, context);
    for await (const result of paginateList(fetch, pages)) {
      if ('error' in result) {
        if (signal.aborted || !isItemFailure(result.error)) throw result.error;
        failures.push(result.error.message);
        await this.store.failed({ source, page: result.page }, result.error, context);
        continue;
      }
      const { page, body } = result;
      const fresh = body.items.filter(({ id }) => !seen.has(id) && seen.add(id));
      if (isFetched(body)) await this.store.page({ ...body, source, page }, fresh as TmdbListItem[], context);
      progress.pageFetched(source, fresh.length);
      rejected += body.rejected.length;
      // A page that repeats others says nothing about which movies are at its places.
      if (fresh.length > 0 || body.items.length === 0) lastPage = page;
      isComplete = page >= body.totalPages;
    }
    // A rejected entry may be any movie that is stored, so that none is missing for certain.
    if (failures.length === 0 && rejected === 0) {
      const reading = { source, movies: seen.size, placesBefore, lastPage, isComplete };
      const error = await this.removeMissing(reading, context);
      if (error !== null) failures.push(error.message);
    }
    progress.sourceChanged(source, {
      status: failures.length === 0 ? 'done' : lastPage > 0 ? 'partial' : 'failed',
      error: failures.at(-1) ?? null,
    });
    const { runId } = context.lease;
    this.logger.log({
      event: 'source.collected',
      runId,
      source,
      movies: seen.size,
      failures: failures.length,
    });
  }

  /**
   * Removes the movies that are no longer in the pages of a list that were read. If the list has less than half of the
   * stored places, removes them only when it was as short at least 20 hours ago; otherwise keeps them and returns the error.
   */
  private async removeMissing(
    { source, movies, placesBefore, ...pages }: Reading,
    context: CollectContext,
  ): Promise<ListShrunkError | null> {
    if (2 * movies < placesBefore && !(await this.store.hasBeenShort(source, context))) {
      const error = new ListShrunkError(movies, placesBefore);
      await this.store.failed({ source }, error, context);
      return error;
    }
    await this.store.sweep(source, pages, context);
    return null;
  }

  private async fetch(
    source: Source,
    page: number,
    ahead: AbortSignal,
    storedPages: StoredPages,
    { signal, usage }: RunContext,
  ): Promise<TmdbPage | PageSummary> {
    const stored = storedPages.get(pageKey(source, page));
    if (stored !== undefined) return stored;
    const call = { signal: AbortSignal.any([signal, ahead]), counters: usage.counters };
    return source === 'trending' ? this.tmdb.trending(page, call) : this.tmdb.list(source, page, call);
  }
}

/** Not a page that the run had stored before it was interrupted. */
function isFetched(page: TmdbPage | PageSummary): page is TmdbPage {
  return 'page' in page;
}
