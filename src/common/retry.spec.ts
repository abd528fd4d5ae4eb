import { describe, expect, it } from '@jest/globals';
import { InstantClock } from '../../test/support/fake-clock.js';
import { retry, type RetryOptions } from './retry.js';

const FAULT = new Error('away');

/** Fails as often as given, then succeeds with the number of the attempt. */
function failing(times: number): () => Promise<number> {
  let attempt = 0;
  return () => {
    attempt += 1;
    return attempt > times ? Promise.resolve(attempt) : Promise.reject(FAULT);
  };
}

function options(more: Partial<RetryOptions> = {}): RetryOptions & { readonly clock: InstantClock } {
  return { random: () => 1, isRetryable: () => true, ...more, clock: new InstantClock(Infinity) };
}

describe('retry', () => {
  it('returns the result of the first attempt that succeeds, after pauses that double', async () => {
    const given = options();
    await expect(retry(failing(3), given)).resolves.toBe(4);
    expect(given.clock.slept).toEqual([500, 1_000, 2_000]);
  });

  it('never pauses for longer than the longest pause', async () => {
    const given = options({ longestPauseMs: 800 });
    await retry(failing(3), given);
    expect(given.clock.slept).toEqual([500, 800, 800]);
  });

  it('throws the error of the last attempt when the attempts are used up', async () => {
    const given = options({ attempts: 3 });
    await expect(retry(failing(3), given)).rejects.toBe(FAULT);
    expect(given.clock.slept).toEqual([500, 1_000]);
  });

  it('makes its last attempt at the deadline', async () => {
    const given = options({ deadlineMs: 2_000 });
    await expect(retry(failing(3), given)).resolves.toBe(4);
    expect(given.clock.slept).toEqual([500, 1_000, 500]);
    await expect(retry(failing(4), options({ deadlineMs: 2_000 }))).rejects.toBe(FAULT);
  });

  it('throws at once an error that no later attempt can change', async () => {
    const given = options({ isRetryable: (error) => error !== FAULT });
    await expect(retry(failing(1), given)).rejects.toBe(FAULT);
    expect(given.clock.slept).toEqual([]);
  });

  it('throws the reason of its signal when the signal is aborted during an attempt', async () => {
    const shutdown = new AbortController();
    const reason = new Error('shutting down');
    const given = options({ signal: shutdown.signal });
    const work = (): Promise<never> => {
      shutdown.abort(reason);
      return Promise.reject(FAULT);
    };
    await expect(retry(work, given)).rejects.toBe(reason);
    expect(given.clock.slept).toEqual([]);
  });

  it('reports each failure that another attempt follows', async () => {
    const reports: unknown[] = [];
    const onRetry = (...report: readonly unknown[]): void => {
      reports.push(report);
    };
    await expect(retry(failing(3), options({ attempts: 3, onRetry }))).rejects.toBe(FAULT);
    expect(reports).toEqual([
      [FAULT, 1, 500],
      [FAULT, 2, 1_000],
    ]);
  });
});
