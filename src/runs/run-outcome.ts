import type { ItemError, RunCounts, RunOutcome, SourceReport } from './run.js';

/** How the work of a run came to its end. */
export type RunEnd =
  | { readonly kind: 'completed' }
  | { readonly kind: 'cancelled' }
  /** TMDB stopped answering: what is stored is good, the rest was not tried. */
  | { readonly kind: 'upstream'; readonly message: string }
  /** The key, the database or the program failed: the run can't be trusted to have done its work. */
  | { readonly kind: 'failed'; readonly message: string };

export interface RunResults {
  readonly counts: RunCounts;
  readonly sources: readonly SourceReport[];
  readonly errors: readonly ItemError[];
}

/** The status and the reason that an operator reads. */
export function outcomeOf(end: RunEnd, results: RunResults): RunOutcome {
  const { counts } = results;
  if (end.kind === 'cancelled')
    return { status: 'CANCELLED', errorMessage: 'Cancelled; what was stored stays.' };
  if (end.kind === 'failed') return { status: 'FAILED', errorMessage: end.message };

  const reasons = [...(end.kind === 'upstream' ? [end.message] : []), ...whatFailed(results)];
  const usable = counts.inserted + counts.updated + counts.unchanged + counts.enriched > 0;
  if (!usable) {
    const why =
      reasons.length > 0 ? reasons.join(' ') : 'Every list that TMDB sent was empty. Check TMDB_REGION.';
    return { status: 'FAILED', errorMessage: `Nothing usable came in. ${why}` };
  }
  if (reasons.length > 0) return { status: 'PARTIAL', errorMessage: reasons.join(' ') };
  return { status: 'SUCCESS', errorMessage: null };
}

function whatFailed({ counts, sources, errors }: RunResults): string[] {
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

/** The commonest kinds of failure with one example each, so that the reason stays one readable line. */
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
