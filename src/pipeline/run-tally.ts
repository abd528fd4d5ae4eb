import type { TmdbTally } from '../tmdb/tmdb-call.js';
import type { Source } from './run-plan.js';
import type { RunPlan } from './run-plan.js';
import type { ItemError, RunCounts, RunProgress, SourceReport } from './run.js';

/** What storing a film did to its row. */
export type StoreResult = 'inserted' | 'updated' | 'unchanged';

/** Item errors that are kept with a run; further ones are only counted. */
const MAX_KEPT_ERRORS = 1_000;

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** Everything one run has counted so far. `changed` is called after each change. */
export class RunTally {
  /** Written by the TMDB client. */
  readonly tmdb: TmdbTally = { requests: 0, retries: 0, rateLimited: 0, waitedMs: 0 };
  readonly errors: ItemError[] = [];
  private readonly films = new Map<number, StoreResult>();
  private readonly stored: Record<StoreResult, number> = { inserted: 0, updated: 0, unchanged: 0 };
  private readonly sources: ReadonlyMap<Source, Writable<SourceReport>>;
  private stage: RunProgress['stage'] = 'collecting';
  private enrichment: Writable<NonNullable<RunProgress['enrichment']>> | null = null;
  private fetched = 0;
  private skippedFresh = 0;
  private enriched = 0;
  private gone = 0;
  private failed = 0;

  constructor(
    plan: RunPlan,
    private readonly changed: () => void,
  ) {
    this.sources = new Map(
      plan.sources.map(({ source, pages }) => [
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
    this.fetched += items;
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
    return this.films.has(id);
  }

  filmsStored(ids: readonly number[], result: StoreResult): void {
    for (const id of ids) this.films.set(id, result);
    this.stored[result] += ids.length;
  }

  enrichmentPlanned(total: number, skippedFresh: number): void {
    this.enrichment = { done: 0, total, failed: 0 };
    this.skippedFresh = skippedFresh;
    this.changed();
  }

  filmsEnriched(count: number): void {
    this.enriched += count;
    this.enrichmentAdvanced(count);
  }

  filmGone(): void {
    this.gone += 1;
    this.enrichmentAdvanced();
  }

  filmFailed(error: ItemError): void {
    if (this.enrichment !== null) this.enrichment.failed += 1;
    this.itemFailed(error);
    this.enrichmentAdvanced();
  }

  itemFailed(error: ItemError): void {
    this.failed += 1;
    if (this.errors.length < MAX_KEPT_ERRORS) this.errors.push(error);
    this.changed();
  }

  /** The different films stored from the lists, in the order in which they came. */
  collected(): number[] {
    return [...this.films.keys()];
  }

  counts(): RunCounts {
    return {
      fetched: this.fetched,
      ...this.stored,
      enriched: this.enriched,
      skippedFresh: this.skippedFresh,
      gone: this.gone,
      failed: this.failed,
      tmdbRequests: this.tmdb.requests,
      tmdbRetries: this.tmdb.retries,
      rateLimited: this.tmdb.rateLimited,
      waitedSeconds: Math.round(this.tmdb.waitedMs) / 1_000,
    };
  }

  progress(): RunProgress {
    return {
      stage: this.stage,
      sources: this.sourceReports(),
      enrichment: this.enrichment === null ? null : { ...this.enrichment },
      counts: this.counts(),
    };
  }

  sourceReports(): SourceReport[] {
    return [...this.sources.values()].map((report) => ({ ...report }));
  }

  private enrichmentAdvanced(count = 1): void {
    if (this.enrichment !== null) this.enrichment.done += count;
    this.changed();
  }
}
