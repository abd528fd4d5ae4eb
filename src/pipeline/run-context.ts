import type { RunTally } from './run-tally.js';

/** What the stages of one run share. */
export interface RunContext {
  readonly runId: number;
  readonly tally: RunTally;
  /** Aborted when the run is cancelled or can't go on. */
  readonly signal: AbortSignal;
  /** Ends the run early for the reason given; the first reason counts. */
  readonly stop: (reason: unknown) => void;
}

/**
 * Waits until every task has ended, so that nothing of a run goes on behind its end. The first that fails stops the
 * run; then this rejects with the run's reason.
 */
export async function untilAllEnd(tasks: readonly Promise<unknown>[], context: RunContext): Promise<void> {
  await Promise.all(
    tasks.map((task) =>
      task.catch((error: unknown) => {
        context.stop(error);
      }),
    ),
  );
  context.signal.throwIfAborted();
}
