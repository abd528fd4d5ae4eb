import type { RunWait } from './run-wait.js';
import type { RunPlan, Source } from './run-plan.js';
import type { RunProgress, SourceReport } from './run.js';

type Writable<T> = { -readonly [K in keyof T]: T[K] };

const UNFINISHED = 'The run ended before this source was complete.';

/** The reports of a run that has ended: none is pending or being fetched any more. */
export function finalReports(reports: readonly SourceReport[]): SourceReport[] {
  return reports.map((report) =>
    report.status === 'pending' || report.status === 'fetching'
      ? {
          ...report,
          status: report.pages_fetched > 0 ? 'partial' : 'failed',
          error: report.error ?? UNFINISHED,
        }
      : report,
  );
}

/** The progress of a run, as the worker that leads it sees it. */
export class RunProgressTracker {
  private readonly sources: ReadonlyMap<Source, Writable<SourceReport>>;
  private stage: RunProgress['stage'] = 'collecting';
  private enrichment: RunProgress['enrichment'] = null;

  constructor(sources: RunPlan['sources']) {
    this.sources = new Map(
      sources.map(({ source, pages }) => [
        source,
        { source, pages_planned: pages, pages_fetched: 0, movies: 0, status: 'pending', error: null },
      ]),
    );
  }

  enterStage(stage: RunProgress['stage']): void {
    this.stage = stage;
  }

  sourceChanged(source: Source, change: Partial<SourceReport>): void {
    const report = this.sources.get(source);
    if (report !== undefined) Object.assign(report, change);
  }

  /** @param movies that no earlier page of the source named */
  pageFetched(source: Source, movies: number): void {
    const report = this.sources.get(source);
    if (report === undefined) return;
    report.pages_fetched += 1;
    report.movies += movies;
  }

  /** Whether any source returned a page; true for a run without sources. */
  hasPages(): boolean {
    const reports = [...this.sources.values()];
    return reports.length === 0 || reports.some((report) => report.pages_fetched > 0);
  }

  enrichmentAdvanced(enrichment: NonNullable<RunProgress['enrichment']>): void {
    this.enrichment = enrichment;
  }

  snapshot(now: Date, waiting: RunWait | null): RunProgress {
    return {
      at: now.toISOString(),
      stage: this.stage,
      sources: this.sourceReports(),
      enrichment: this.enrichment,
      waiting,
    };
  }

  sourceReports(): SourceReport[] {
    return [...this.sources.values()].map((report) => ({ ...report }));
  }
}
