import { expect, it } from '@jest/globals';
import { Passwords } from './passwords.js';

const PASSWORD = 'correct horse battery';
const ANYONE = { isUrgent: false };

it('a password is hashed by argon2id with 19 MiB, two passes and a new salt each time', async () => {
  const passwords = new Passwords();
  const [one, other] = await Promise.all([passwords.hash(PASSWORD), passwords.hash(PASSWORD)]);
  expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  expect(one).not.toBe(other);
});

it('only the right password matches a hash, and no password matches a missing user', async () => {
  const passwords = new Passwords();
  const hash = await passwords.hash(PASSWORD);
  await expect(passwords.matches(hash, PASSWORD, ANYONE)).resolves.toBe(true);
  await expect(passwords.matches(hash, `${PASSWORD} `, ANYONE)).resolves.toBe(false);
  await expect(passwords.matches(null, PASSWORD, ANYONE)).resolves.toBe(false);
});

it('while twenty password hashes are pending, further ones are refused with 503 and Retry-After', async () => {
  const passwords = new Passwords();
  const results = await Promise.allSettled(Array.from({ length: 30 }, () => passwords.hash(PASSWORD)));
  expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(20);
  expect(results.at(-1)).toMatchObject({ reason: { status: 503, retryAfterSeconds: 5 } });
  await expect(passwords.hash(PASSWORD)).resolves.toContain('argon2id');
});

it('a login from a known network does not wait for the guesses of others', async () => {
  const passwords = new Passwords();
  const hash = await passwords.hash(PASSWORD);
  const guesses = Array.from({ length: 12 }, () => passwords.matches(hash, 'a wrong one', ANYONE));
  const ended: string[] = [];
  const watched = Promise.allSettled(guesses).then((results) => {
    ended.push('guesses');
    return results;
  });
  const urgent = passwords.matches(hash, PASSWORD, { isUrgent: true }).then((isMatch) => {
    ended.push('urgent');
    return isMatch;
  });
  await expect(urgent).resolves.toBe(true);
  const refused = (await watched).filter(({ status }) => status === 'rejected');
  expect([ended, refused.length]).toEqual([['urgent', 'guesses'], 2]);
});
