import { RUN_WAITS, type RunWait } from './run-wait.js';
import { type RunEnding } from './run-ending.js';
import { type RunPlan, SOURCES, type Source, UPDATE_TYPES } from './run-plan.js';
import { ACTIVE_STAGES, type RunProgress, SOURCE_STATUSES, type SourceReport } from './run.js';

/** Reads the JSON columns of pipeline_runs, which another version may have written. Null: not readable by this one. */

type Reader<T> = (value: unknown) => T | null;

export const readPlan: Reader<RunPlan> = (value) => {
  const plan = object(value);
  const updateType = oneOf(UPDATE_TYPES, plan?.updateType);
  const sources = list(readPlannedSource, plan?.sources);
  const enrichment = plan?.enrichment === null ? null : readEnrichmentPlan(plan?.enrichment);
  if (plan === null || updateType === null || sources === null || typeof plan.incremental !== 'boolean')
    return null;
  if (enrichment === null && plan.enrichment !== null) return null;
  return { updateType, sources, enrichment, incremental: plan.incremental };
};

export const readSources: Reader<SourceReport[]> = (value) => list(readSourceReport, value);

export const readProgress: Reader<Omit<RunProgress, 'waiting'>> = (value) => {
  const progress = object(value);
  const stage = oneOf(ACTIVE_STAGES, progress?.stage);
  const sources = readSources(progress?.sources);
  if (typeof progress?.at !== 'string' || stage === null || sources === null) return null;
  return { at: progress.at, stage, sources, enrichment: readEnrichmentProgress(progress.enrichment) };
};

export const readWait: Reader<RunWait> = (value) => {
  const wait = object(value);
  const reason = oneOf(RUN_WAITS, wait?.for);
  if (reason === null || typeof wait?.message !== 'string' || typeof wait.until !== 'string') return null;
  return { for: reason, message: wait.message, until: wait.until };
};

/** The reason for which a batch aborts its run. */
export const readAbortReason: Reader<RunEnding> = (value) => {
  const reason = object(value);
  const kind = oneOf(['upstream', 'failed'] as const, reason?.kind);
  if (kind === null) return null;
  const message = typeof reason?.message === 'string' ? reason.message : 'No reason was recorded.';
  return kind === 'failed' && reason?.isKeyRefused === true
    ? { kind, message, isKeyRefused: true }
    : { kind, message };
};

const readPlannedSource: Reader<RunPlan['sources'][number]> = (value) => {
  const planned = object(value);
  const source = oneOf<Source>(SOURCES, planned?.source);
  const pages = count(planned?.pages);
  return source === null || pages === null ? null : { source, pages };
};

const readEnrichmentPlan: Reader<NonNullable<RunPlan['enrichment']>> = (value) => {
  const plan = object(value);
  const limit = count(plan?.limit);
  return limit === null || typeof plan?.alsoStored !== 'boolean'
    ? null
    : {
        limit,
        alsoStored: plan.alsoStored,
        ...(plan.followChanges === true ? { followChanges: true } : {}),
        ...(plan.incompleteFirst === true ? { incompleteFirst: true } : {}),
        ...(plan.refreshAll === true ? { refreshAll: true } : {}),
        ...(plan.catalogue === true ? { catalogue: true } : {}),
      };
};

const readSourceReport: Reader<SourceReport> = (value) => {
  const report = object(value);
  const source = oneOf<Source>(SOURCES, report?.source);
  const status = oneOf(SOURCE_STATUSES, report?.status);
  const [planned, fetched] = [count(report?.pages_planned), count(report?.pages_fetched)];
  const movies = count(report?.movies);
  if (source === null || status === null || planned === null || fetched === null || movies === null)
    return null;
  const error = typeof report?.error === 'string' ? report.error : null;
  return { source, pages_planned: planned, pages_fetched: fetched, movies, status, error };
};

const readEnrichmentProgress: Reader<NonNullable<RunProgress['enrichment']>> = (value) => {
  const progress = object(value);
  const [done, total, failed] = [count(progress?.done), count(progress?.total), count(progress?.failed)];
  return done === null || total === null || failed === null ? null : { done, total, failed };
};

function object(value: unknown): Readonly<Record<string, unknown>> | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : null;
}

function list<T>(read: Reader<T>, value: unknown): T[] | null {
  if (!Array.isArray(value)) return null;
  const items = value.map(read);
  return items.every((item) => item !== null) ? items : null;
}

export function oneOf<T extends string>(values: readonly T[], value: unknown): T | null {
  return values.find((known) => known === value) ?? null;
}

function count(value: unknown): number | null {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 ? value : null;
}
