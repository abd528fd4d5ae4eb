import { describeFault } from '../database/errors/explain-error.js';
import { TmdbError } from '../tmdb/tmdb-error.js';

/** How a run ends. */
export type RunEnding =
  | { readonly kind: 'completed' }
  | { readonly kind: 'cancelled' }
  /** TMDB stopped responding: what is stored is valid, the rest was not tried. */
  | { readonly kind: 'upstream'; readonly message: string }
  /** The key, the database or the program failed: the run may have missed work. */
  | { readonly kind: 'failed'; readonly message: string; readonly isKeyRefused?: boolean };

/** Why this process stops working on a run: the run ends, or it goes on in another process. */
export type StopReason =
  | RunEnding
  /** This process shuts down; the run goes back to the queue. */
  | { readonly kind: 'released' }
  /** A run of another type is queued, and goes first; the catalogue run goes back to the queue. */
  | { readonly kind: 'outranked' }
  /** The run has ended, or another worker has acquired its lease: leave it alone. */
  | { readonly kind: 'lost' };

/** The abort reason of everything that works on a run, and what every write under a lost lease rejects with. */
export class RunAborted extends Error {
  override readonly name = 'RunAborted';

  constructor(readonly reason: StopReason) {
    super(`The work on the run was stopped: ${reason.kind}.`);
  }
}

/** The reason that an error stands for; null when the error is neither an abort nor TMDB's. */
export function stopReasonOf(error: unknown): StopReason | null {
  if (error instanceof RunAborted) return error.reason;
  return error instanceof TmdbError ? tmdbEnding(error) : null;
}

/** The ending of a run that TMDB's error stops. */
export function tmdbEnding({ kind, message }: TmdbError): RunEnding {
  return kind === 'key_refused'
    ? { kind: 'failed', message, isKeyRefused: true }
    : { kind: 'upstream', message };
}

/** The ending of a run in which the database or the program failed. */
export function faultEnding(error: unknown): RunEnding {
  const fault = describeFault(error) ?? 'The program failed.';
  return { kind: 'failed', message: `${fault} What was stored stays; the log has the details.` };
}
