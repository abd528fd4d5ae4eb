import { beforeEach, describe, expect, it } from '@jest/globals';
import { FakeClock } from '../../../test/support/fake-clock.js';
import { LoginThrottle } from './login-throttle.js';

let clock: FakeClock;
let throttle: LoginThrottle;

beforeEach(() => {
  clock = new FakeClock();
  throttle = new LoginThrottle(clock);
});

/** How long the attempt is made to wait, in milliseconds. */
async function waitOf(address: string, name: string): Promise<number> {
  const before = clock.monotonicMs();
  const admission = throttle.admit(address, name);
  while (clock.asleep > 0) await clock.advance(50);
  await admission;
  return clock.monotonicMs() - before;
}

describe('wrong passwords from one address', () => {
  it('have to wait after ten, for no longer than a minute, and then a right one passes', async () => {
    for (let n = 0; n < 10; n++) await throttle.admit('192.0.2.1', `user-${n}`);
    await clock.advance(20_000);
    await expect(throttle.admit('192.0.2.1', 'ann')).rejects.toMatchObject({ retryAfterSeconds: 40 });
    await clock.advance(40_000);
    await expect(throttle.admit('192.0.2.1', 'ann')).resolves.toBeUndefined();
  });

  it('count when they begin, so that many at once gain nothing', async () => {
    const attempts = Array.from({ length: 100 }, (_, n) => throttle.admit('192.0.2.1', `user-${n}`));
    const results = await Promise.allSettled(attempts);
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(10);
  });

  it('do not hold up other addresses', async () => {
    for (let n = 0; n < 10; n++) await throttle.admit('192.0.2.1', `user-${n}`);
    await expect(throttle.admit('192.0.2.2', 'ann')).resolves.toBeUndefined();
  });

  it('count for all IPv6 addresses of one line', async () => {
    for (let n = 0; n < 10; n++) await throttle.admit(`2001:db8:0:1::${n}`, `user-${n}`);
    await expect(throttle.admit('2001:db8:0:1:ffff::1', 'ann')).rejects.toMatchObject({ status: 429 });
    await expect(throttle.admit('2001:db8:0:2::1', 'ann')).resolves.toBeUndefined();
  });

  it('are forgiven once they were right', async () => {
    for (let n = 0; n < 100; n++) {
      await throttle.admit('192.0.2.1', 'ann');
      throttle.forgive('192.0.2.1', 'ann');
    }
    await expect(waitOf('192.0.2.1', 'ann')).resolves.toBe(0);
  });
});

describe('wrong passwords for one name', () => {
  it('take ever longer, up to four seconds, and are always answered', async () => {
    const waits: number[] = [];
    for (let n = 0; n < 12; n++) waits.push(await waitOf(`192.0.2.${n}`, 'ann'));
    expect(waits).toEqual([0, 0, 0, 0, 0, 250, 500, 1_000, 2_000, 4_000, 4_000, 4_000]);
  });

  it('do not hold up other names', async () => {
    for (let n = 0; n < 8; n++) await waitOf(`192.0.2.${n}`, 'ann');
    await expect(waitOf('198.51.100.1', 'bob')).resolves.toBe(0);
  });
});

it('remembers a bounded number of addresses and names, and forgets the oldest first', async () => {
  for (let n = 0; n < 10; n++) await throttle.admit('192.0.2.1', `user-${n}`);
  for (let n = 0; n < 9_999; n++) await throttle.admit(`10.0.${n >> 8}.${n & 255}`, `user-${n}`);
  await expect(throttle.admit('192.0.2.1', 'ann')).rejects.toMatchObject({ status: 429 });
  await throttle.admit('10.9.9.9', 'ann');
  await expect(throttle.admit('192.0.2.1', 'ann')).resolves.toBeUndefined();
});
