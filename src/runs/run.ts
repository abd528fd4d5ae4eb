import type { TmdbWait } from '../tmdb/tmdb-wait.js';
import type { Source, UpdateType } from './run-plan.js';

export const RUN_STATUSES = ['QUEUED', 'RUNNING', 'SUCCESS', 'PARTIAL', 'FAILED', 'CANCELLED'] as const;
export type RunStatus = (typeof RUN_STATUSES)[number];
export type FinalStatus = Exclude<RunStatus, 'QUEUED' | 'RUNNING'>;

export const TRIGGERS = ['schedule', 'api', 'cli'] as const;
export type Trigger = (typeof TRIGGERS)[number];

/** What a run counted. Movies are counted once, however many lists name them. */
export interface RunCounts {
  /** List items that TMDB sent, repeats included. */
  readonly fetched: number;
  readonly inserted: number;
  readonly updated: number;
  readonly unchanged: number;
  /** Movies whose details were fetched and stored. */
  readonly enriched: number;
  /** Collected movies whose details are fresh enough. */
  readonly skippedFresh: number;
  /** Movies that TMDB no longer knows. */
  readonly gone: number;
  /** Movies, pages and sources that failed for good. */
  readonly failed: number;
  readonly tmdbRequests: number;
  readonly tmdbRetries: number;
  /** Answers of 429. */
  readonly rateLimited: number;
  /** Seconds spent on back-off and on pauses that TMDB asked for. */
  readonly waitedSeconds: number;
}

/** What became of one source. */
export interface SourceReport {
  readonly source: Source;
  readonly pages_planned: number;
  readonly pages_fetched: number;
  /** Different movies that this source named. */
  readonly movies: number;
  readonly status: 'pending' | 'fetching' | 'done' | 'partial' | 'failed';
  readonly error: string | null;
}

/** Something that one run could not bring in. */
export interface ItemError {
  readonly source: string | null;
  readonly page: number | null;
  readonly movieId: number | null;
  /** A stable word, such as `not_found` or `server_error`. */
  readonly code: string;
  readonly message: string;
  readonly occurredAt: Date;
}

/** What a run is doing now. */
export interface RunProgress {
  /** When it was so, in ISO 8601. */
  readonly at: string;
  readonly stage: 'collecting' | 'enriching' | 'finishing';
  readonly sources: readonly SourceReport[];
  readonly enrichment: { readonly done: number; readonly total: number; readonly failed: number } | null;
  readonly counts: RunCounts;
  /** What one of its workers waits for; null while all goes well. */
  readonly waiting: TmdbWait | null;
}

/** One run as it is on record. */
export interface Run {
  readonly id: number;
  readonly runDate: Date;
  readonly updateType: UpdateType | null;
  readonly trigger: Trigger | null;
  readonly status: RunStatus;
  readonly sourceCategories: readonly string[];
  readonly moviesProcessed: number;
  readonly durationSeconds: number | null;
  readonly errorMessage: string | null;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
  readonly timesResumed: number;
  /** By how much a scheduled run came after its time; null when it did not. */
  readonly lateSeconds: number | null;
  /** The user's name; null where none is known. */
  readonly triggeredBy: string | null;
  readonly counts: RunCounts;
}

/** How a run ended. */
export interface RunOutcome {
  readonly status: FinalStatus;
  readonly errorMessage: string | null;
}
