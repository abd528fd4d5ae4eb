import { describe, expect, it } from '@jest/globals';
import { FakeClock } from '../../../test/support/fake-clock.js';
import type { PermitGrant, RateLimitRepository } from './rate-limit.repository.js';
import { RateLimiter } from './rate-limiter.js';
import { DistributedPermits } from './distributed-permits.js';

/** As the database's row does it, on the test's clock. */
class Row {
  nextMs = 0;
  pausedUntilMs = 0;
  away = false;

  constructor(
    private readonly clock: FakeClock,
    private readonly processes: number,
    private readonly latencyMs: number,
  ) {}

  async lease(count: number, spacingMs: number): Promise<PermitGrant> {
    if (this.away) throw new Error('no database');
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

async function play(
  processes: number,
  each: number,
  meanwhile: (row: Row, pacers: readonly RateLimiter[], clock: FakeClock) => void = () => undefined,
  latencyMs = 0,
): Promise<number[]> {
  const clock = new FakeClock();
  const row = new Row(clock, processes, latencyMs);
  const pacers = Array.from({ length: processes }, () => {
    const slots = new DistributedPermits(row as unknown as RateLimitRepository, RATE, clock);
    return new RateLimiter({ perSecond: RATE, concurrency: 20 }, clock, slots);
  });
  const starts: number[] = [];
  const all = pacers.flatMap((pacer) =>
    Array.from({ length: each }, async () => {
      const leave = await pacer.enter();
      starts.push(clock.monotonicMs());
      await clock.sleep(80);
      leave();
    }),
  );
  meanwhile(row, pacers, clock);
  await clock.advance(120_000);
  await Promise.all(all);
  return starts.sort((a, b) => a - b);
}

function mostInASecond(starts: readonly number[]): number {
  return Math.max(...starts.map((start) => starts.filter((at) => at >= start && at < start + 1_000).length));
}

describe('a process alone', () => {
  it.each([0, 40])(
    'starts as many as the rate allows when the database takes %i ms to answer',
    async (latencyMs) => {
      const starts = await play(1, 400, undefined, latencyMs);
      expect(mostInASecond(starts)).toBeLessThanOrEqual(RATE);
      expect(399 / ((starts.at(-1)! - starts[0]!) / 1_000)).toBeGreaterThan(0.97 * RATE);
    },
  );
});

describe('three processes together', () => {
  it('start no more than the rate in any second, and nearly as many', async () => {
    const starts = await play(3, 100);
    expect(mostInASecond(starts)).toBeLessThanOrEqual(RATE);
    expect(300 / ((starts.at(-1)! - starts[0]!) / 1_000)).toBeGreaterThan(0.9 * RATE);
  });

  it('pause when one of them is told to', async () => {
    const starts = await play(3, 60, (_, [first], clock) => {
      void clock.sleep(1_000).then(() => first!.pause(5_000));
    });
    // What was given out before the pause may still start.
    expect(starts.filter((at) => at > 1_500 && at < 6_000)).toEqual([]);
    expect(starts).toHaveLength(180);
  });

  it('know of the pause, whichever of them was told to', async () => {
    const told: (number | null)[] = [];
    await play(3, 60, (_, pacers, clock) => {
      void clock.sleep(1_000).then(() => pacers[0]!.pause(5_000));
      for (const at of [999, 2_000, 6_001]) {
        void clock.sleep(at).then(() => told.push(...pacers.map(({ pauseEnd }) => pauseEnd)));
      }
    });
    const nobody = [null, null, null];
    expect(told).toEqual([...nobody, 6_000, 6_000, 6_000, ...nobody]);
  });

  it('keep to their shares while the database is away, and when it is back', async () => {
    const starts = await play(3, 60, (row, _, clock) => {
      void clock.sleep(500).then(() => (row.away = true));
      void clock.sleep(2_700).then(() => (row.away = false));
    });
    expect(mostInASecond(starts)).toBeLessThanOrEqual(RATE);
    expect(starts).toHaveLength(180);
  });
});
