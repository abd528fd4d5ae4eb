import { setMaxListeners } from 'node:events';
import { RunAborted } from './run-ending.js';
import type { LeaderLease, RunLease } from './run-lease.js';
import type { RunProgressTracker } from './run-progress.js';
import type { TmdbUsage } from './tmdb-usage.js';

/** What work on a run needs, on the whole run and on one of its batches alike. */
export interface WorkContext {
  readonly lease: RunLease;
  readonly usage: TmdbUsage;
  /** Aborted with a RunAborted when the work has to stop. */
  readonly signal: AbortSignal;
  /** Stops the work; the first reason counts. */
  readonly abort: (reason: unknown) => void;
}

/** What the stages of a run share. */
export interface RunContext extends WorkContext {
  readonly lease: LeaderLease;
  readonly progress: RunProgressTracker;
  /** Marks what this run saw. */
  readonly startedAt: Date;
  /** Ids of the movies that the run has stored from its lists. */
  readonly storedMovies: Set<number>;
  /** Movies that were selected to be enriched; null until they are. */
  readonly enrichmentTotal: number | null;
}

/**
 * Waits until every task has settled, so that nothing of a run outlives it. The first failure aborts the work; then this
 * rejects with the abort reason.
 */
export async function settleAll(
  tasks: readonly Promise<unknown>[],
  { signal, abort }: Pick<WorkContext, 'signal' | 'abort'>,
): Promise<void> {
  await Promise.all(tasks.map((task) => task.catch(abort)));
  signal.throwIfAborted();
}

/** Runs `work` with an abort controller. When `release` aborts, the controller aborts with the reason `released`. */
export async function releasable<T>(
  release: AbortSignal,
  work: (abort: AbortController) => Promise<T>,
): Promise<T> {
  const abort = newAbortController();
  const onRelease = (): void => {
    abort.abort(new RunAborted({ kind: 'released' }));
  };
  release.addEventListener('abort', onRelease, { once: true });
  if (release.aborted) onRelease();
  try {
    return await work(abort);
  } finally {
    release.removeEventListener('abort', onRelease);
  }
}

/** Every request in flight listens to the signal, and there may be hundreds. */
function newAbortController(): AbortController {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  return controller;
}
