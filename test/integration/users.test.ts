import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { UserError, UsersService } from '../../src/auth/users/users.service.js';
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
