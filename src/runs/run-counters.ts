import type { StoreReport } from '../movies/movies.repository.js';
import type { TmdbCounters } from '../tmdb/tmdb-call.js';
import { holding, type TmdbWait } from '../tmdb/tmdb-wait.js';
import type { Source } from './run-plan.js';
import type { RunPlan } from './run-plan.js';
import type { RunCounts, RunProgress, SourceReport } from './run.js';

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** What a worker asked of TMDB. */
export type TmdbCounts = Pick<RunCounts, 'tmdbRequests' | 'tmdbRetries' | 'rateLimited' | 'waitedSeconds'>;

const NOTHING: RunCounts = {
  ...{ fetched: 0, inserted: 0, updated: 0, unchanged: 0, enriched: 0, skippedFresh: 0, gone: 0, failed: 0 },
  ...{ tmdbRequests: 0, tmdbRetries: 0, rateLimited: 0, waitedSeconds: 0 },
};

/** Everything one run has counted so far, as its worker sees it. `changed` is called after each change. */
export class RunCounters {
  /** Written by the TMDB client. */
  readonly tmdb: TmdbCounters = { requests: 0, retries: 0, rateLimited: 0, waitedMs: 0 };
  private readonly movies = new Set<number>();
  private readonly sources: ReadonlyMap<Source, Writable<SourceReport>>;
  private stage: RunProgress['stage'] = 'collecting';
  private enrichment: Writable<NonNullable<RunProgress['enrichment']>> | null = null;
  private waiting: TmdbWait | null = null;
  private counted: Writable<RunCounts>;
  private saved: TmdbCounts = { tmdbRequests: 0, tmdbRetries: 0, rateLimited: 0, waitedSeconds: 0 };

  constructor(
    /** What was counted before the run was interrupted. */
    before: RunCounts = NOTHING,
    sources: RunPlan['sources'] = [],
    private readonly changed: () => void = () => undefined,
  ) {
    this.counted = { ...before };
    this.sources = new Map(
      sources.map(({ source, pages }) => [
        source,
        { source, pages_planned: pages, pages_fetched: 0, movies: 0, status: 'pending', error: null },
      ]),
    );
  }

  enterStage(stage: RunProgress['stage']): void {
    this.stage = stage;
    this.changed();
  }

  sourceChanged(source: Source, change: Partial<SourceReport>): void {
    const report = this.sources.get(source);
    if (report !== undefined) Object.assign(report, change);
    this.changed();
  }

  pageFetched(source: Source, items: number, newToSource: number): void {
    this.counted.fetched += items;
    const report = this.sources.get(source);
    if (report === undefined) return;
    report.pages_fetched += 1;
    report.movies += newToSource;
    this.changed();
  }

  /** Whether any source gave a page; true for a run without sources. */
  hasPages(): boolean {
    const reports = [...this.sources.values()];
    return reports.length === 0 || reports.some((report) => report.pages_fetched > 0);
  }

  isStored(id: number): boolean {
    return this.movies.has(id);
  }

  moviesStored(report: StoreReport): void {
    for (const result of ['inserted', 'updated', 'unchanged'] as const) {
      this.storedBefore(report[result]);
      this.counted[result] += report[result].length;
    }
  }

  /** By the run, before it was interrupted. */
  storedBefore(ids: readonly number[]): void {
    for (const id of ids) this.movies.add(id);
  }

  freshSkipped(count: number): void {
    this.counted.skippedFresh = count;
  }

  /** `total` movies are to be enriched, of which all but `due` were before the run was interrupted. */
  enrichmentPlanned(total: number, due: number): void {
    this.enrichment = { done: total - due, total, failed: 0 };
    this.changed();
  }

  moviesEnriched(count: number): void {
    this.counted.enriched += count;
    this.enrichmentAdvanced(count);
  }

  moviesGone(count: number): void {
    this.counted.gone += count;
    this.enrichmentAdvanced(count);
  }

  moviesFailed(count: number): void {
    if (this.enrichment !== null) this.enrichment.failed += count;
    this.counted.failed += count;
    this.enrichmentAdvanced(count);
  }

  itemsFailed(count: number): void {
    this.counted.failed += count;
    this.changed();
  }

  /** What all workers of the run counted, and how many movies are still due. */
  sync(counts: RunCounts, due: number): void {
    this.counted = { ...counts };
    if (this.enrichment !== null) this.enrichment.done = this.enrichment.total - due;
    this.changed();
  }

  /** What this worker waits for at present; said again while it goes on. */
  waits(waiting: TmdbWait | null): void {
    const before = this.waiting;
    this.waiting = waiting;
    if (waiting !== before) this.changed();
  }

  /** The different movies stored from the lists, in the order in which they came. */
  collected(): number[] {
    return [...this.movies];
  }

  counts(): RunCounts {
    return added(this.counted, this.unsaved());
  }

  /** What was asked of TMDB and is not yet on record. */
  unsaved(): TmdbCounts {
    return {
      tmdbRequests: this.tmdb.requests - this.saved.tmdbRequests,
      tmdbRetries: this.tmdb.retries - this.saved.tmdbRetries,
      rateLimited: this.tmdb.rateLimited - this.saved.rateLimited,
      waitedSeconds: Math.round(this.tmdb.waitedMs) / 1_000 - this.saved.waitedSeconds,
    };
  }

  tmdbSaved(counts: TmdbCounts): void {
    this.saved = added(this.saved, counts);
    this.counted = added(this.counted, counts);
  }

  progress(now: Date): RunProgress {
    return {
      at: now.toISOString(),
      stage: this.stage,
      sources: this.sourceReports(),
      enrichment: this.enrichment === null ? null : { ...this.enrichment },
      counts: this.counts(),
      waiting: holding(this.waiting, now),
    };
  }

  sourceReports(): SourceReport[] {
    return [...this.sources.values()].map((report) => ({ ...report }));
  }

  private enrichmentAdvanced(count: number): void {
    if (this.enrichment !== null) this.enrichment.done += count;
    this.changed();
  }
}

function added<Counts extends TmdbCounts>(counts: Counts, more: TmdbCounts): Counts {
  return {
    ...counts,
    tmdbRequests: counts.tmdbRequests + more.tmdbRequests,
    tmdbRetries: counts.tmdbRetries + more.tmdbRetries,
    rateLimited: counts.rateLimited + more.rateLimited,
    waitedSeconds: counts.waitedSeconds + more.waitedSeconds,
  };
}
