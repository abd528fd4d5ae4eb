import { describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { FakeClock } from '../../../test/support/fake-clock.js';
import type { PermitGrant, RateLimitRepository } from './rate-limit.repository.js';
import { RateLimiter } from './rate-limiter.js';
import { DistributedPermits } from './distributed-permits.js';

const failure = (code: string): Error => Object.assign(new Error(code), { code });
const UNREACHABLE = failure('ECONNREFUSED');

/** Stands in for the database's row, on the test's clock. */
class FakeRateLimitRow {
  nextMs = 0;
  pausedUntilMs = 0;
  error: Error | null = null;

  constructor(
    private readonly clock: FakeClock,
    private readonly processes: number,
    private readonly latencyMs: number,
  ) {}

  async takePermits(count: number, spacingMs: number): Promise<PermitGrant> {
    if (this.error !== null) throw this.error;
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
    const permits = new DistributedPermits(row as unknown as RateLimitRepository, RATE, clock, () => 1);
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
      void clock.sleep(500).then(() => (row.error = UNREACHABLE));
      void clock.sleep(2_700).then(() => (row.error = null));
    });
    expect(mostInASecond(starts)).toBeLessThanOrEqual(RATE);
    expect(starts).toHaveLength(180);
  });

  it.each([
    ['a permission is missing', '42501'],
    ['the table is missing', '42P01'],
    ['the disk is full', '53100'],
    ['the program has a fault', 'ERR_INVALID_ARG_TYPE'],
  ])('fails the requests that wait when %s, and serves the next ones once it is mended', async (_, code) => {
    const clock = new FakeClock();
    const row = new FakeRateLimitRow(clock, 1, 0);
    const permits = new DistributedPermits(row as unknown as RateLimitRepository, RATE, clock, () => 1);
    const limiter = new RateLimiter({ perSecond: RATE, concurrency: 20 }, clock, permits);
    row.error = failure(code);
    const waiting = Promise.allSettled([limiter.acquire(), limiter.acquire()]);
    await clock.advance(10);
    expect(await waiting).toMatchObject([{ reason: { code } }, { reason: { code } }]);
    row.error = null;
    const next = limiter.acquire();
    await clock.advance(10);
    await expect(next).resolves.toBeDefined();
  });

  it('repeats a query that conflicts with those of other processes', async () => {
    const clock = new FakeClock();
    const row = new FakeRateLimitRow(clock, 1, 0);
    row.error = failure('40001');
    const permits = new DistributedPermits(row as unknown as RateLimitRepository, RATE, clock, () => 1);
    const taken = permits.take(1);
    void clock.sleep(100).then(() => (row.error = null));
    await clock.advance(10_000);
    expect(await taken).toHaveLength(1);
  });

  it('logs why it goes offline once, and that it is online again', async () => {
    const clock = new FakeClock();
    const row = new FakeRateLimitRow(clock, 1, 0);
    const permits = new DistributedPermits(row as unknown as RateLimitRepository, RATE, clock, () => 1);
    const logged: unknown[] = [];
    const logger = jest.spyOn(Logger.prototype, 'warn').mockImplementation((fact) => logged.push(fact));
    const online = jest.spyOn(Logger.prototype, 'log').mockImplementation((fact) => logged.push(fact));
    row.error = UNREACHABLE;
    for (let seconds = 0; seconds < 3; seconds++) {
      await permits.take(1);
      await clock.advance(1_000);
    }
    row.error = null;
    const taken = permits.take(1);
    await clock.advance(10);
    await taken;
    expect(logged).toMatchObject([
      { event: 'rate_limit.offline', reason: expect.stringContaining('accepts no connections') },
      { event: 'rate_limit.online' },
    ]);
    for (const spy of [logger, online]) spy.mockRestore();
  });
});
