import type { TmdbCounters } from '../tmdb/tmdb-call.js';
import type { RunCounts } from './run.js';

/** The counters of a run that requests to TMDB move. */
export type TmdbCounts = Pick<RunCounts, 'tmdbRequests' | 'tmdbRetries' | 'rateLimited' | 'waitedSeconds'>;

/** Counts this worker's requests on behalf of a run, and knows which of them are not recorded yet. */
export class TmdbUsage {
  /** The TMDB client adds to it. */
  readonly counters: TmdbCounters = { requests: 0, retries: 0, rateLimited: 0, waitedMs: 0 };
  private recorded: TmdbCounts = { tmdbRequests: 0, tmdbRetries: 0, rateLimited: 0, waitedSeconds: 0 };

  unrecorded(): TmdbCounts {
    const { requests, retries, rateLimited, waitedMs } = this.counters;
    return {
      tmdbRequests: requests - this.recorded.tmdbRequests,
      tmdbRetries: retries - this.recorded.tmdbRetries,
      rateLimited: rateLimited - this.recorded.rateLimited,
      waitedSeconds: Math.round(waitedMs) / 1_000 - this.recorded.waitedSeconds,
    };
  }

  /** @param counts what `unrecorded` returned before it was recorded */
  markRecorded(counts: TmdbCounts): void {
    const { recorded } = this;
    this.recorded = {
      tmdbRequests: recorded.tmdbRequests + counts.tmdbRequests,
      tmdbRetries: recorded.tmdbRetries + counts.tmdbRetries,
      rateLimited: recorded.rateLimited + counts.rateLimited,
      waitedSeconds: recorded.waitedSeconds + counts.waitedSeconds,
    };
  }
}
