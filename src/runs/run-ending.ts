import { describeFault } from '../database/errors/explain-error.js';
import { TmdbError } from '../tmdb/tmdb-error.js';

/** Why the work on a run stopped in this process. */
export type RunEnding =
  | { readonly kind: 'completed' }
  | { readonly kind: 'cancelled' }
  /** TMDB stopped responding: what is stored is valid, the rest was not tried. */
  | { readonly kind: 'upstream'; readonly message: string }
  /** The key, the database or the program failed: the run may have missed work. */
  | { readonly kind: 'failed'; readonly message: string }
  /** The process shuts down; the run goes back to the queue. */
  | { readonly kind: 'released' }
  /** The run has ended, or another worker has acquired its lease: leave it alone. */
  | { readonly kind: 'lost' };

/** An ending with which a run is recorded as over. */
export type FinalEnding = Exclude<RunEnding, { kind: 'released' | 'lost' }>;

/** The abort reason of everything that works on a run, and what every write under a lost lease rejects with. */
export class RunAborted extends Error {
  override readonly name = 'RunAborted';

  constructor(readonly ending: RunEnding) {
    super(`The work on the run was stopped: ${ending.kind}.`);
  }
}

/** The ending that an error stands for; null when the error is neither an abort nor TMDB's. */
export function endingOf(error: unknown): RunEnding | null {
  if (error instanceof RunAborted) return error.ending;
  if (!(error instanceof TmdbError)) return null;
  return { kind: error.kind === 'key_refused' ? 'failed' : 'upstream', message: error.message };
}

/** The ending of a run in which the database or the program failed. */
export function faultEnding(error: unknown): FinalEnding {
  const fault = describeFault(error) ?? 'The program failed.';
  return { kind: 'failed', message: `${fault} What was stored stays; the log has the details.` };
}
