import { beforeEach, describe, expect, it } from '@jest/globals';
import { FakeClock } from '../../../test/support/fake-clock.js';
import { AuditLog } from '../../common/logging/audit-log.js';
import { type Attempt, LoginThrottle } from './login-throttle.js';

let clock: FakeClock;
let throttle: LoginThrottle;

beforeEach(() => {
  clock = new FakeClock();
  throttle = new LoginThrottle(clock, new AuditLog());
});

const REFUSED = expect.objectContaining({ status: 429 });

/** The number of attempts that are admitted. */
function admitted(attempts: readonly (readonly [address: string, name: string])[]): number {
  return attempts.filter(([address, name]) => admissionOf(address, name) !== null).length;
}

function admissionOf(address: string, name: string): Attempt | null {
  try {
    return throttle.admit(address, name);
  } catch (error) {
    expect(error).toEqual(REFUSED);
    return null;
  }
}

describe('login attempts from one network', () => {
  it('the eleventh wrong login attempt within a minute is refused until that minute has passed', async () => {
    for (let n = 0; n < 10; n++) throttle.admit('192.0.2.1', `user-${n}`);
    await clock.advance(20_000);
    expect(() => throttle.admit('192.0.2.1', 'ann')).toThrow(
      expect.objectContaining({ retryAfterSeconds: 40 }),
    );
    await clock.advance(40_000);
    expect(admissionOf('192.0.2.1', 'ann')).not.toBeNull();
  });

  it('login attempts from one network do not count against another network', () => {
    for (let n = 0; n < 10; n++) throttle.admit('192.0.2.1', `user-${n}`);
    expect(admissionOf('192.0.2.2', 'ann')).not.toBeNull();
  });

  it('login attempts from all addresses of an IPv6 /64 are counted together', () => {
    expect(admitted(Array.from({ length: 30 }, (_, n) => [`2001:db8:0:1::${n}`, `user-${n}`]))).toBe(10);
    expect(admissionOf('2001:db8:0:2::1', 'ann')).not.toBeNull();
  });

  it('login attempts from all /64 networks of an IPv6 /48 are counted together', () => {
    const guesses = Array.from({ length: 120 }, (_, n) => [`2001:db8:7:${n}::1`, `user-${n}`] as const);
    expect(admitted(guesses)).toBe(20);
    expect(admissionOf('2001:db8:8::1', 'ann')).not.toBeNull();
  });

  it('successful logins are never throttled', () => {
    for (let n = 0; n < 100; n++) throttle.admit('192.0.2.1', 'ann').succeed();
    expect(admissionOf('192.0.2.1', 'bob')).not.toBeNull();
  });

  it('an attempt that is forgiven after its name became known counts no longer', () => {
    const [first, second] = [throttle.admit('192.0.2.1', 'ann'), throttle.admit('192.0.2.1', 'ann')];
    first.succeed();
    second.succeed();
    expect(admitted(Array.from({ length: 20 }, (_, n) => ['192.0.2.1', `user-${n}`]))).toBe(10);
  });
});

describe('login attempts for one name', () => {
  it('attempts for one name from any number of networks are bounded', () => {
    expect(admitted(Array.from({ length: 200 }, (_, n) => [`10.0.0.${n}`, 'ann']))).toBe(10);
    expect(admissionOf('198.51.100.1', 'bob')).not.toBeNull();
  });

  it('the network of the last login of a name is counted apart from guesses elsewhere and for other names', () => {
    throttle.admit('192.0.2.1', 'ann').succeed();
    admitted(Array.from({ length: 200 }, (_, n) => [`10.0.0.${n}`, 'ann']));
    admitted(Array.from({ length: 200 }, (_, n) => ['192.0.2.1', `user-${n}`]));
    expect(admissionOf('192.0.2.1', 'ann')?.isFromKnownNetwork).toBe(true);
  });

  it('attempts from the network of the last login are bounded too', () => {
    throttle.admit('192.0.2.1', 'ann').succeed();
    expect(admitted(Array.from({ length: 200 }, () => ['192.0.2.1', 'ann']))).toBe(10);
  });
});

it('the login throttle remembers 30,000 counters and forgets the oldest first', () => {
  for (let n = 0; n < 10; n++) throttle.admit('192.0.2.1', `user-${n}`);
  for (let n = 0; n < 14_994; n++) throttle.admit(`10.0.${n >> 8}.${n & 255}`, `other-${n}`);
  expect(admissionOf('192.0.2.1', 'ann')).toBeNull();
  throttle.admit('10.9.9.9', 'ann');
  expect(admissionOf('192.0.2.1', 'ann')).not.toBeNull();
});
