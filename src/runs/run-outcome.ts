import type { RunEnding } from './run-ending.js';
import type { FinalStatus, ItemError, RunCounts, SourceReport } from './run.js';

/** The recorded end of a run. */
export interface RunOutcome {
  readonly status: FinalStatus;
  /** What an operator reads; null for SUCCESS. */
  readonly errorMessage: string | null;
}

export interface RunResults {
  readonly counts: RunCounts;
  readonly sources: readonly SourceReport[];
  readonly errors: readonly ItemError[];
}

export const CANCELLED: RunOutcome = {
  status: 'CANCELLED',
  errorMessage: 'Cancelled; what was stored stays.',
};

export function outcomeOf(ending: RunEnding, results: RunResults): RunOutcome {
  const { counts } = results;
  if (ending.kind === 'cancelled') return CANCELLED;
  if (ending.kind === 'failed') return { status: 'FAILED', errorMessage: ending.message };

  const reasons = [...(ending.kind === 'upstream' ? [ending.message] : []), ...failuresOf(results)];
  const usable = counts.inserted + counts.updated + counts.unchanged + counts.enriched > 0;
  if (!usable) {
    const why =
      reasons.length > 0 ? reasons.join(' ') : 'Every list that TMDB returned was empty. Check TMDB_REGION.';
    return { status: 'FAILED', errorMessage: `Nothing could be stored. ${why}` };
  }
  if (reasons.length > 0) return { status: 'PARTIAL', errorMessage: reasons.join(' ') };
  return { status: 'SUCCESS', errorMessage: null };
}

function failuresOf({ counts, sources, errors }: RunResults): string[] {
  const reasons: string[] = [];
  const failed = sources.filter((report) => report.status === 'failed');
  if (failed.length > 0) {
    const named = failed.map((report) => `${report.source} (${report.error ?? 'unknown'})`).join('; ');
    reasons.push(`${failed.length} of ${sources.length} sources failed: ${named}.`);
  }
  const failedSources = new Set<string | null>(failed.map((report) => report.source));
  const movies = errors.filter((error) => error.movieId !== null);
  const rest = errors.filter((error) => error.movieId === null && !failedSources.has(error.source));
  if (rest.length > 0) reasons.push(`${count(rest.length, 'page')} failed: ${describe(rest)}.`);
  const unnamed = counts.failed - errors.length;
  if (movies.length + unnamed > 0) {
    reasons.push(`${count(movies.length + unnamed, 'movie')} failed: ${describe(movies)}.`);
  }
  return reasons;
}

/** The most frequent kinds of failure with one example each, so that the message stays one readable line. */
function describe(errors: readonly ItemError[]): string {
  const byCode = new Map<string, ItemError[]>();
  for (const error of errors) byCode.set(error.code, [...(byCode.get(error.code) ?? []), error]);
  return [...byCode.values()]
    .sort((a, b) => b.length - a.length)
    .slice(0, 3)
    .map((group) => `${group.length} × ${group[0]?.message.replace(/\.$/, '') ?? ''}`)
    .join('; ');
}

function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`;
}
