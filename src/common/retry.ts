import { backOffMs } from './back-off.js';
import type { Clock } from './clock.js';
import type { Random } from './random.js';

export interface RetryOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** Whether a later attempt may succeed. */
  readonly isRetryable: (error: unknown) => boolean;
  /** Ends the pause between two attempts. */
  readonly signal?: AbortSignal | undefined;
  /** The last attempt starts this many milliseconds after the first. Default: no deadline. */
  readonly deadlineMs?: number;
  /** The most attempts, the first included. Default: no limit. */
  readonly attempts?: number;
  /** The longest pause in milliseconds; see {@link backOffMs} for the default. */
  readonly longestPauseMs?: number;
  /** Called before each pause with the error, the number of failures so far and the pause in milliseconds. */
  readonly onRetry?: (error: unknown, failures: number, pauseMs: number) => void;
}

/**
 * Runs `work` until it succeeds, with a back-off after each failure.
 * @throws the error of the last attempt, or the reason of `signal` once it is aborted
 */
export async function retry<T>(work: () => Promise<T>, options: RetryOptions): Promise<T> {
  const { clock, random, signal, deadlineMs = Infinity, attempts = Infinity } = options;
  const startedMs = clock.monotonicMs();
  for (let failures = 1; ; failures++) {
    try {
      return await work();
    } catch (error) {
      const leftMs = startedMs + deadlineMs - clock.monotonicMs();
      if (!options.isRetryable(error) || failures >= attempts || leftMs <= 0) throw error;
      signal?.throwIfAborted();
      const pauseMs = Math.min(backOffMs(failures, random, options.longestPauseMs), leftMs);
      options.onRetry?.(error, failures, pauseMs);
      await clock.sleep(pauseMs, signal);
    }
  }
}
