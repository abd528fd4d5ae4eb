import { describe, expect, it } from '@jest/globals';
import { FakeClock } from '../../../test/support/fake-clock.js';
import type { PermitGrant, RateLimitRepository } from './rate-limit.repository.js';
import { RateLimiter } from './rate-limiter.js';
import { DistributedPermits } from './distributed-permits.js';

/** Stands in for the database's row, on the test's clock. */
class FakeRateLimitRow {
  nextMs = 0;
  pausedUntilMs = 0;
  unreachable = false;

  constructor(
    private readonly clock: FakeClock,
    private readonly processes: number,
    private readonly latencyMs: number,
  ) {}

  async takePermits(count: number, spacingMs: number): Promise<PermitGrant> {
    if (this.unreachable) throw new Error('The database is unreachable.');
    await this.clock.sleep(this.latencyMs);
    const now = this.clock.monotonicMs();
    const first = Math.max(this.nextMs, now);
    this.nextMs = first + count * spacingMs;
    const pausedForMs = Math.max(0, this.pausedUntilMs - now);
    return { firstInMs: first - now, processes: this.processes, pausedForMs };
  }

  pause(ms: number): Promise<void> {
    this.pausedUntilMs = Math.max(this.pausedUntilMs, this.clock.monotonicMs() + ms);
    this.nextMs = Math.max(this.nextMs, this.pausedUntilMs);
    return Promise.resolve();
  }
}

const RATE = 40;

async function simulate(
  processes: number,
  each: number,
  meanwhile: (row: FakeRateLimitRow, limiters: readonly RateLimiter[], clock: FakeClock) => void = () =>
    undefined,
  latencyMs = 0,
): Promise<number[]> {
  const clock = new FakeClock();
  const row = new FakeRateLimitRow(clock, processes, latencyMs);
  const limiters = Array.from({ length: processes }, () => {
    const permits = new DistributedPermits(row as unknown as RateLimitRepository, RATE, clock);
    return new RateLimiter({ perSecond: RATE, concurrency: 20 }, clock, permits);
  });
  const starts: number[] = [];
  const all = limiters.flatMap((limiter) =>
    Array.from({ length: each }, async () => {
      const release = await limiter.acquire();
      starts.push(clock.monotonicMs());
      await clock.sleep(80);
      release();
    }),
  );
  meanwhile(row, limiters, clock);
  await clock.advance(120_000);
  await Promise.all(all);
  return starts.sort((a, b) => a - b);
}

function mostInASecond(starts: readonly number[]): number {
  return Math.max(...starts.map((start) => starts.filter((at) => at >= start && at < start + 1_000).length));
}

describe('DistributedPermits', () => {
  it.each([0, 40])(
    'lets a single process start requests at the full rate when the database takes %i ms to answer',
    async (latencyMs) => {
      const starts = await simulate(1, 400, undefined, latencyMs);
      expect(mostInASecond(starts)).toBeLessThanOrEqual(RATE);
      expect(399 / ((starts.at(-1)! - starts[0]!) / 1_000)).toBeGreaterThan(0.97 * RATE);
    },
  );

  it('lets three processes together start requests at nearly the rate, and never above it', async () => {
    const starts = await simulate(3, 100);
    expect(mostInASecond(starts)).toBeLessThanOrEqual(RATE);
    expect(300 / ((starts.at(-1)! - starts[0]!) / 1_000)).toBeGreaterThan(0.9 * RATE);
  });

  it('pauses all three processes when one of them pauses', async () => {
    const starts = await simulate(3, 60, (_, [first], clock) => {
      void clock.sleep(1_000).then(() => first!.pause(5_000));
    });
    // Permits granted before the pause are still used.
    expect(starts.filter((at) => at > 1_500 && at < 6_000)).toEqual([]);
    expect(starts).toHaveLength(180);
  });

  it('reports the pause of one process in all three', async () => {
    const ends: (number | null)[] = [];
    await simulate(3, 60, (_, limiters, clock) => {
      void clock.sleep(1_000).then(() => limiters[0]!.pause(5_000));
      for (const at of [999, 2_000, 6_001]) {
        void clock.sleep(at).then(() => ends.push(...limiters.map(({ pauseEnd }) => pauseEnd)));
      }
    });
    const none = [null, null, null];
    expect(ends).toEqual([...none, 6_000, 6_000, 6_000, ...none]);
  });

  it('keeps three processes below the rate while the database is unreachable and afterwards', async () => {
    const starts = await simulate(3, 60, (row, _, clock) => {
      void clock.sleep(500).then(() => (row.unreachable = true));
      void clock.sleep(2_700).then(() => (row.unreachable = false));
    });
    expect(mostInASecond(starts)).toBeLessThanOrEqual(RATE);
    expect(starts).toHaveLength(180);
  });
});
