import { EXPORT_REFUSED, UNUSABLE_ITEM } from './item-failure.js';
import type { RunEnding } from './run-ending.js';
import type { FinalStatus, ItemError, RunCounts, SourceReport } from './run.js';

const SHOWN_REASONS = 3;

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
  /** Whether a run that stored nothing may be a success. */
  readonly mayBeEmpty?: boolean;
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
  const hasEnded = ending.kind === 'completed' && results.mayBeEmpty === true;
  if (!usable && !hasEnded) {
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
  const rest = errors.filter((error) => error.movieId !== null || !failedSources.has(error.source));
  for (const noun of NOUNS) {
    const group = rest.filter((error) => nounOf(error) === noun);
    if (group.length > 0) reasons.push(`${count(group.length, noun)} failed: ${describe(group)}.`);
  }
  const unnamed = counts.failed - errors.length;
  if (unnamed > 0) reasons.push(`${count(unnamed, 'further item')} failed.`);
  return reasons;
}

const NOUNS = ['id export', 'list', 'page', 'list entry', 'movie'] as const;

/** What failed. A list is also the list of genres. */
function nounOf({ movieId, page, code }: ItemError): (typeof NOUNS)[number] {
  if (movieId !== null) return 'movie';
  if (code === UNUSABLE_ITEM) return 'list entry';
  if (code === EXPORT_REFUSED) return 'id export';
  return page === null ? 'list' : 'page';
}

/** The most frequent reasons, so that the message stays one readable line. */
function describe(errors: readonly ItemError[]): string {
  const byReason = new Map<string, number>();
  for (const { message } of errors) byReason.set(message, (byReason.get(message) ?? 0) + 1);
  const reasons = [...byReason].sort(([, a], [, b]) => b - a);
  const others = reasons.slice(SHOWN_REASONS).reduce((sum, [, times]) => sum + times, 0);
  return [
    ...reasons.slice(0, SHOWN_REASONS).map(([message, times]) => `${times} × ${message.replace(/\.$/, '')}`),
    ...(others > 0 ? [`${others} × another reason`] : []),
  ].join('; ');
}

function count(n: number, noun: string): string {
  return `${n} ${n === 1 ? noun : noun.replace(/y$/, 'ie').concat('s')}`;
}
