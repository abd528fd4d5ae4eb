import { beforeEach, describe, expect, it } from '@jest/globals';
import { FakeClock } from '../../../test/support/fake-clock.js';
import { LoginThrottle } from './login-throttle.js';

let clock: FakeClock;
let throttle: LoginThrottle;

beforeEach(() => {
  clock = new FakeClock();
  throttle = new LoginThrottle(clock);
});

/** By how many milliseconds an attempt is delayed. */
async function delayOf(address: string, name: string): Promise<number> {
  const before = clock.monotonicMs();
  const admission = throttle.admit(address, name);
  while (clock.asleep > 0) await clock.advance(50);
  await admission;
  return clock.monotonicMs() - before;
}

describe('login attempts from one network', () => {
  it('the eleventh wrong login attempt within a minute is refused until that minute has passed', async () => {
    for (let n = 0; n < 10; n++) await throttle.admit('192.0.2.1', `user-${n}`);
    await clock.advance(20_000);
    await expect(throttle.admit('192.0.2.1', 'ann')).rejects.toMatchObject({ retryAfterSeconds: 40 });
    await clock.advance(40_000);
    await expect(throttle.admit('192.0.2.1', 'ann')).resolves.toBeUndefined();
  });

  it('of 100 parallel login attempts from one network, ten are admitted', async () => {
    const attempts = Array.from({ length: 100 }, (_, n) => throttle.admit('192.0.2.1', `user-${n}`));
    const results = await Promise.allSettled(attempts);
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(10);
  });

  it('login attempts from one network do not count against another network', async () => {
    for (let n = 0; n < 10; n++) await throttle.admit('192.0.2.1', `user-${n}`);
    await expect(throttle.admit('192.0.2.2', 'ann')).resolves.toBeUndefined();
  });

  it('login attempts from all addresses of an IPv6 /64 are counted together', async () => {
    for (let n = 0; n < 10; n++) await throttle.admit(`2001:db8:0:1::${n}`, `user-${n}`);
    await expect(throttle.admit('2001:db8:0:1:ffff::1', 'ann')).rejects.toMatchObject({ status: 429 });
    await expect(throttle.admit('2001:db8:0:2::1', 'ann')).resolves.toBeUndefined();
  });

  it('successful logins are never throttled', async () => {
    for (let n = 0; n < 100; n++) {
      await throttle.admit('192.0.2.1', 'ann');
      throttle.forgive('192.0.2.1', 'ann');
    }
    await expect(delayOf('192.0.2.1', 'ann')).resolves.toBe(0);
  });
});

describe('login attempts for one name', () => {
  it('wrong logins for one name are delayed by up to four seconds and never refused', async () => {
    const delays: number[] = [];
    for (let n = 0; n < 12; n++) delays.push(await delayOf(`192.0.2.${n}`, 'ann'));
    expect(delays).toEqual([0, 0, 0, 0, 0, 250, 500, 1_000, 2_000, 4_000, 4_000, 4_000]);
  });

  it('wrong logins for one name do not delay logins for another', async () => {
    for (let n = 0; n < 8; n++) await delayOf(`192.0.2.${n}`, 'ann');
    await expect(delayOf('198.51.100.1', 'bob')).resolves.toBe(0);
  });
});

it('the login throttle remembers 10,000 networks and names and forgets the oldest first', async () => {
  for (let n = 0; n < 10; n++) await throttle.admit('192.0.2.1', `user-${n}`);
  for (let n = 0; n < 9_999; n++) await throttle.admit(`10.0.${n >> 8}.${n & 255}`, `user-${n}`);
  await expect(throttle.admit('192.0.2.1', 'ann')).rejects.toMatchObject({ status: 429 });
  await throttle.admit('10.9.9.9', 'ann');
  await expect(throttle.admit('192.0.2.1', 'ann')).resolves.toBeUndefined();
});
