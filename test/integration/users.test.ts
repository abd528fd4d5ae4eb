import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { randomPassword, UserError, UsersService } from '../../src/auth/users/users.service.js';
import { startTestPipeline, type TestPipeline } from '../support/test-pipeline.js';

const PASSWORD = 'correct horse battery';

let pipeline: TestPipeline;
let users: UsersService;

beforeAll(async () => {
  pipeline = await startTestPipeline();
  users = pipeline.app.get(UsersService);
});

afterAll(async () => {
  await pipeline.close();
});

describe('users', () => {
  it('the users table holds a hash of the password and nowhere the password itself', async () => {
    await users.add('ann', PASSWORD, null);
    const [row] = await pipeline.query('SELECT * FROM pipeline_users');
    expect(row).toMatchObject({
      name: 'ann',
      role: 'admin',
      password_hash: expect.stringMatching(/^\$argon2id\$/),
    });
    expect(JSON.stringify(row)).not.toContain(PASSWORD);
  });

  it('of several users added under one name at the same time, one is added', async () => {
    const added = await Promise.allSettled([1, 2, 3, 4].map(() => users.add('bob', PASSWORD, null)));
    expect(added.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('the first admin is added once, by any number of processes that start together', async () => {
    await pipeline.query('DELETE FROM pipeline_users');
    const first = await Promise.all([1, 2, 3, 4].map(() => users.addFirst('root', PASSWORD)));
    expect(first.filter(Boolean)).toHaveLength(1);
    expect(await users.addFirst('other', PASSWORD)).toBe(false);
    expect(await users.list()).toMatchObject([{ name: 'root', role: 'admin' }]);
  });

  it.each([
    ['a name with a slash', 'a/b', PASSWORD],
    ['an empty name', '', PASSWORD],
    ['a name with NUL', 'ann\0', PASSWORD],
    ['a name with an umlaut', 'ännchen', PASSWORD],
    ['a name of 65 characters', 'x'.repeat(65), PASSWORD],
    ['a password of 11 characters', 'dan', 'eleven char'],
    ['a password of 1,001 characters', 'dan', 'x'.repeat(1_001)],
    ['a password with NUL', 'dan', `${PASSWORD}\0`],
  ])('a user with %s is refused', async (_, name, password) => {
    await expect(users.add(name, password, 'viewer')).rejects.toBeInstanceOf(UserError);
  });

  it.each([
    ...['password1234', 'Password1234!', 'P@ssw0rd1234', 'qwerty123456', '123456789012', 'abcdefghijkl'],
    ...[
      'aaaaaaaaaaaaaaaa',
      'passwordpassword',
      'administrator1',
      '1q2w3e4r5t6y',
      'welcome12345',
      'letmein12345',
    ],
    ...['moviepipeline1', 'movie-pipeline', 'daniela.smith', 'danieladaniela', 'x'.repeat(1_000)],
  ])('the guessable password %s is refused for a new and for a known user', async (password) => {
    const message = 'The password of daniela.smith is too easy to guess.';
    await expect(users.add('daniela.smith', password, 'viewer')).rejects.toThrow(message);
    await expect(users.setPassword('daniela.smith', password)).rejects.toThrow(message);
  });

  it('random passwords are accepted', async () => {
    for (let n = 0; n < 5; n++) await users.setPassword('root', randomPassword());
  });

  it('the last admin is removed by force only, and of two who are removed together one stays', async () => {
    await pipeline.query('DELETE FROM pipeline_users');
    for (const name of ['one', 'two']) await users.add(name, PASSWORD, 'admin');
    await users.add('guest', PASSWORD, 'viewer');
    const removals = await Promise.allSettled([users.remove('one'), users.remove('two')]);
    expect(removals.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const last = (await users.list()).find(({ role }) => role === 'admin')?.name ?? '';
    await expect(users.remove(last)).rejects.toThrow(`${last} is the last admin`);
    await users.remove('guest');
    await users.remove(last, true);
    expect(await users.list()).toEqual([]);
  });

  it('changes of users are logged with the user of the operating system as the actor', async () => {
    const log = jest.spyOn(Logger.prototype, 'log').mockImplementation(() => undefined);
    await users.add('zoe', PASSWORD, 'viewer');
    await users.setPassword('zoe', `${PASSWORD} staple`);
    await users.revoke('zoe');
    await users.token('zoe', 60);
    await users.remove('zoe');
    const lines = log.mock.calls.map(([line]) => line as unknown);
    log.mockRestore();
    const who = { actor: expect.stringMatching(/^os:./), address: null, user: 'zoe' };
    expect(lines).toEqual([
      { event: 'audit.user.added', role: 'viewer', ...who },
      { event: 'audit.user.password_changed', ...who },
      { event: 'audit.user.revoked', ...who },
      { event: 'audit.token.issued', tokenId: expect.any(String), ...who },
      { event: 'audit.user.removed', ...who },
    ]);
  });

  it.each([
    ['setting the password', () => users.setPassword('dan', PASSWORD)],
    ['revoking the tokens', () => users.revoke('dan')],
    ['issuing a token', () => users.token('dan', 60)],
    ['removal', () => users.remove('dan')],
  ])('%s of an unknown user fails and names the command that lists all users', async (_, act) => {
    await expect(act()).rejects.toThrow(
      'There is no user dan. "npx movie-pipeline user list" lists all users.',
    );
  });
});
