import { setMaxListeners } from 'node:events';
import type { RunLease } from './run-lease.js';
import type { RunCounters } from './run-counters.js';

/** What the stages of one run share. */
export interface RunContext {
  readonly hold: RunLease;
  readonly tally: RunCounters;
  /** Marks what this run saw. */
  readonly startedAt: Date;
  /** Movies to enrich, where they were chosen before the run was interrupted. */
  readonly enrichmentTotal: number | null;
  /** Whether enrichment goes through the queue, to whichever worker has time. */
  readonly isQueued: boolean;
  /** Aborted when the run is cancelled or can't go on. */
  readonly signal: AbortSignal;
  /** Ends the run early for the reason given; the first reason counts. */
  readonly stop: (reason: unknown) => void;
}

/**
 * Waits until every task has ended, so that nothing of a run goes on behind its end. The first that fails stops the
 * run; then this rejects with the run's reason.
 */
export async function untilAllEnd(
  tasks: readonly Promise<unknown>[],
  context: Pick<RunContext, 'signal' | 'stop'>,
): Promise<void> {
  await Promise.all(
    tasks.map((task) =>
      task.catch((error: unknown) => {
        context.stop(error);
      }),
    ),
  );
  context.signal.throwIfAborted();
}

/** Ends the work on a run or on a batch. Every request under way listens to it, and they may be many. */
export function newStop(): AbortController {
  const stop = new AbortController();
  setMaxListeners(0, stop.signal);
  return stop;
}
