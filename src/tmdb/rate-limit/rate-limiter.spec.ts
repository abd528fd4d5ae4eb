import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { FakeClock } from '../../../test/support/fake-clock.js';
import { RateLimiter } from './rate-limiter.js';

interface Load {
  readonly perSecond: number;
  readonly concurrency: number;
  /** Milliseconds from the previous request to each, and how long each takes. */
  readonly requests: readonly { readonly after: number; readonly takes: number }[];
  readonly pauses: readonly { readonly at: number; readonly ms: number }[];
}

const load: fc.Arbitrary<Load> = fc.record({
  perSecond: fc.integer({ min: 1, max: 50 }),
  concurrency: fc.integer({ min: 1, max: 20 }),
  requests: fc.array(
    fc.record({ after: fc.integer({ min: 0, max: 120 }), takes: fc.integer({ min: 0, max: 900 }) }),
    { maxLength: 60 },
  ),
  pauses: fc.array(
    fc.record({ at: fc.integer({ max: 3_000, min: 0 }), ms: fc.integer({ min: 1, max: 2_000 }) }),
    {
      maxLength: 2,
    },
  ),
});

/** The times at which the requests start, and the most that were in progress at once. */
async function simulate({ perSecond, concurrency, requests, pauses }: Load): Promise<{
  readonly starts: readonly number[];
  readonly mostAtOnce: number;
}> {
  const clock = new FakeClock();
  const limiter = new RateLimiter({ perSecond, concurrency }, clock);
  const starts: number[] = [];
  let running = 0;
  let mostAtOnce = 0;
  const request = async (at: number, takes: number): Promise<void> => {
    await clock.sleep(at);
    const release = await limiter.acquire();
    starts.push(clock.monotonicMs());
    mostAtOnce = Math.max(mostAtOnce, (running += 1));
    await clock.sleep(takes);
    running -= 1;
    release();
  };
  let at = 0;
  const all = requests.map(({ after, takes }) => request((at += after), takes));
  for (const pause of pauses) void clock.sleep(pause.at).then(() => limiter.pause(pause.ms));
  await clock.advance(200_000);
  await Promise.all(all);
  return { starts, mostAtOnce };
}

describe('RateLimiter', () => {
  it('starts requests within its limits for any load and pauses', async () => {
    await fc.assert(
      fc.asyncProperty(load, async (given) => {
        const { starts, mostAtOnce } = await simulate(given);
        expect(starts).toHaveLength(given.requests.length);
        expect(mostAtOnce).toBeLessThanOrEqual(given.concurrency);
        for (const [index, start] of starts.entries()) {
          const next = starts[index + given.perSecond];
          if (next !== undefined) expect(next - start).toBeGreaterThan(1_000);
        }
        for (const pause of given.pauses) {
          const during = starts.filter((start) => start > pause.at && start < pause.at + pause.ms);
          expect(during).toEqual([]);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('starts requests evenly, not in a burst at the beginning of each second', async () => {
    const requests = Array.from({ length: 200 }, () => ({ after: 0, takes: 10 }));
    const { starts } = await simulate({ perSecond: 40, concurrency: 20, requests, pauses: [] });
    const gaps = starts.slice(20).map((start, index) => start - starts[index + 19]!);
    expect(Math.max(...gaps)).toBeLessThan(30);
    // 200 starts at 40 a second: 4.975 s, and the margin of 2.5%.
    expect(starts.at(-1)).toBeLessThan(5_120);
  });

  it('does not delay a request that is within the limits', async () => {
    const requests = Array.from({ length: 60 }, () => ({ after: 50, takes: 40 }));
    const { starts } = await simulate({ perSecond: 100_000, concurrency: 20, requests, pauses: [] });
    expect(starts).toEqual(requests.map((_, index) => 50 * (index + 1)));
  });

  it('starts requests in the order in which they arrive', async () => {
    const clock = new FakeClock();
    const limiter = new RateLimiter({ perSecond: 2, concurrency: 1 }, clock);
    const served: number[] = [];
    const all = [1, 2, 3, 4].map(async (n) => {
      const release = await limiter.acquire();
      served.push(n);
      release();
    });
    await clock.advance(10_000);
    await Promise.all(all);
    expect(served).toEqual([1, 2, 3, 4]);
  });

  it('removes a cancelled request from the queue and leaves no timer behind', async () => {
    const clock = new FakeClock();
    const limiter = new RateLimiter({ perSecond: 1, concurrency: 1 }, clock);
    const release = await limiter.acquire();
    release();
    const cancel = new AbortController();
    const waiting = limiter.acquire(cancel.signal);
    expect(clock.asleep).toBe(1);
    cancel.abort(new Error('cancelled'));
    await expect(waiting).rejects.toThrow('cancelled');
    expect(clock.asleep).toBe(0);
    const after = limiter.acquire();
    await clock.advance(2_000);
    await expect(after).resolves.toBeDefined();
  });

  it('returns 0 for a pause that ends before the current one', () => {
    const limiter = new RateLimiter({ perSecond: 1, concurrency: 1 }, new FakeClock());
    expect([limiter.pause(5_000), limiter.pause(2_000), limiter.pause(6_000)]).toEqual([5_000, 0, 1_000]);
  });
});
