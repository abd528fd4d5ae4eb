import type { RunWait } from './run-wait.js';
import type { RunPlan, Source, UpdateType } from './run-plan.js';

export const RUN_STATUSES = ['QUEUED', 'RUNNING', 'SUCCESS', 'PARTIAL', 'FAILED', 'CANCELLED'] as const;
export type RunStatus = (typeof RUN_STATUSES)[number];
export type FinalStatus = Exclude<RunStatus, 'QUEUED' | 'RUNNING'>;

export const TRIGGERS = ['schedule', 'api', 'cli'] as const;
export type Trigger = (typeof TRIGGERS)[number];

/** Who or what requested a run. */
export interface RunOrigin {
  readonly trigger: Trigger;
  /** The user's name; null where none is known. */
  readonly triggeredBy: string | null;
  /** By how many seconds a scheduled run is later than its occurrence. */
  readonly lateSeconds?: number;
}

/** The counters of a run. A movie counts once, however many lists name it. */
export interface RunCounts {
  /** List items received, repeats included. */
  readonly fetched: number;
  readonly inserted: number;
  readonly updated: number;
  readonly unchanged: number;
  /** Movies whose details were fetched and stored. */
  readonly enriched: number;
  /** Collected movies whose details are still fresh. */
  readonly skippedFresh: number;
  /** Enriched movies that had changed although TMDB's change feed had not named them. */
  readonly feedMissed: number;
  /** Movies that TMDB did not find. */
  readonly gone: number;
  /** Movies, pages and sources that failed for good. */
  readonly failed: number;
  readonly tmdbRequests: number;
  readonly tmdbRetries: number;
  /** Responses with status 429. */
  readonly rateLimited: number;
  /** Seconds spent in back-off and in pauses that TMDB requested, summed over parallel requests. */
  readonly waitedSeconds: number;
}

export const SOURCE_STATUSES = ['pending', 'fetching', 'done', 'partial', 'failed'] as const;

/** The progress and result of one source. Keys are those of the API. */
export interface SourceReport {
  readonly source: Source;
  readonly pages_planned: number;
  readonly pages_fetched: number;
  /** Distinct movies that this source named. */
  readonly movies: number;
  readonly status: (typeof SOURCE_STATUSES)[number];
  readonly error: string | null;
}

/** Item errors kept with a run; further ones are only counted. */
export const MAX_KEPT_ERRORS = 1_000;

/** A movie, page or source that a run could not store. */
export interface ItemError {
  readonly source: string | null;
  readonly page: number | null;
  readonly movieId: number | null;
  /** A stable word, such as `not_found` or `server_error`. */
  readonly code: string;
  readonly message: string;
  readonly occurredAt: Date;
}

export const ACTIVE_STAGES = ['importing', 'collecting', 'enriching', 'finishing'] as const;

/** The progress of an active run, as its leaseholder last recorded it. */
export interface RunProgress {
  /** When it was recorded, in ISO 8601. */
  readonly at: string;
  readonly stage: (typeof ACTIVE_STAGES)[number];
  readonly sources: readonly SourceReport[];
  readonly enrichment: { readonly done: number; readonly total: number; readonly failed: number } | null;
  /** What one of its workers is waiting for; null while nothing holds it up. */
  readonly waiting: RunWait | null;
}

/** One recorded run. */
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
  /** By how many seconds a scheduled run was later than its occurrence; null when it was on time. */
  readonly lateSeconds: number | null;
  /** The user's name; null where none is known. */
  readonly triggeredBy: string | null;
  readonly counts: RunCounts;
}

/** One run with what it was asked to do, its sources and what it could not store. */
export interface RunDetails {
  readonly run: Run;
  /** Null for runs of older versions. */
  readonly plan: RunPlan | null;
  readonly sources: readonly SourceReport[];
  readonly errors: readonly ItemError[];
}
