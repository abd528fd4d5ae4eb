import type { PipelineRun, PipelineRunError } from '../database/generated/client.js';
import { UPDATE_TYPES } from './run-plan.js';
import { type ItemError, type Run, RUN_STATUSES, type RunCounts, TRIGGERS } from './run.js';
import { oneOf } from './stored-json.js';

/** The columns of pipeline_runs, by the names that Prisma gives them; the compiler proves that none is missing. */
export const RUN_COLUMNS = {
  id: 'id',
  runDate: 'run_date',
  moviesProcessed: 'movies_processed',
  status: 'status',
  sourceCategories: 'source_categories',
  durationSeconds: 'duration_seconds',
  errorMessage: 'error_message',
  updateType: 'update_type',
  trigger: 'trigger',
  triggeredBy: 'triggered_by',
  options: 'options',
  startedAt: 'started_at',
  finishedAt: 'finished_at',
  fetched: 'fetched',
  inserted: 'inserted',
  updated: 'updated',
  unchanged: 'unchanged',
  enriched: 'enriched',
  skippedFresh: 'skipped_fresh',
  gone: 'gone',
  failed: 'failed',
  tmdbRequests: 'tmdb_requests',
  tmdbRetries: 'tmdb_retries',
  rateLimited: 'rate_limited',
  waitedSeconds: 'waited_seconds',
  timesResumed: 'times_resumed',
  sources: 'sources',
  progress: 'progress',
  waiting: 'waiting',
  jobId: 'job_id',
  leaseholder: 'leaseholder',
  heartbeatAt: 'heartbeat_at',
  workerDeaths: 'worker_deaths',
  abortReason: 'abort_reason',
  cancelRequestedAt: 'cancel_requested_at',
  enrichmentTotal: 'enrichment_total',
  lateSeconds: 'late_seconds',
  feedMissed: 'feed_missed',
} as const satisfies Record<keyof PipelineRun, string>;

/** What `toRun` reads. Without the columns of JSON, which are most of a row. */
export const RUN_SELECT = {
  ...{ id: true, runDate: true, updateType: true, trigger: true, status: true, sourceCategories: true },
  ...{ moviesProcessed: true, durationSeconds: true, errorMessage: true, startedAt: true, finishedAt: true },
  ...{ timesResumed: true, lateSeconds: true, triggeredBy: true },
  ...{ fetched: true, inserted: true, updated: true, unchanged: true, enriched: true, skippedFresh: true },
  ...{
    feedMissed: true,
    gone: true,
    failed: true,
    tmdbRequests: true,
    tmdbRetries: true,
    rateLimited: true,
    waitedSeconds: true,
  },
} as const satisfies Partial<Record<keyof PipelineRun, true>>;

type RunRow = Pick<PipelineRun, keyof typeof RUN_SELECT>;

/** A row as a run. Rows of older versions lack most values; what this version does not know reads as unknown. */
export function toRun(row: RunRow): Run {
  return {
    id: row.id,
    runDate: row.runDate,
    updateType: oneOf(UPDATE_TYPES, row.updateType),
    trigger: oneOf(TRIGGERS, row.trigger),
    status: oneOf(RUN_STATUSES, row.status) ?? 'FAILED',
    sourceCategories: Array.isArray(row.sourceCategories) ? row.sourceCategories.map(String) : [],
    moviesProcessed: row.moviesProcessed,
    durationSeconds: row.durationSeconds,
    errorMessage: row.errorMessage,
    startedAt: row.startedAt,
    finishedAt: row.finishedAt,
    timesResumed: row.timesResumed,
    lateSeconds: row.lateSeconds,
    triggeredBy: row.triggeredBy,
    counts: toCounts(row),
  };
}

export function toCounts(row: Pick<PipelineRun, keyof RunCounts>): RunCounts {
  const { fetched, inserted, updated, unchanged, enriched, skippedFresh, feedMissed, gone, failed } = row;
  const { tmdbRequests, tmdbRetries, rateLimited, waitedSeconds } = row;
  return {
    fetched,
    inserted,
    updated,
    unchanged,
    enriched,
    skippedFresh,
    feedMissed,
    gone,
    failed,
    tmdbRequests,
    tmdbRetries,
    rateLimited,
    waitedSeconds,
  };
}

export function toItemError(row: PipelineRunError): ItemError {
  const { source, page, movieId, code, message, occurredAt } = row;
  return { source, page, movieId, code, message, occurredAt };
}
