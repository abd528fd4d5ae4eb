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
  it('are kept by name, a hash of the password, and nothing that could be used as one', async () => {
    await users.add('ann', PASSWORD, null);
    const [row] = await pipeline.query('SELECT * FROM pipeline_users');
    expect(row).toMatchObject({
      name: 'ann',
      role: 'admin',
      password_hash: expect.stringMatching(/^\$argon2id\$/),
    });
    expect(JSON.stringify(row)).not.toContain(PASSWORD);
  });

  it('added at the same time under one name are one user', async () => {
    const added = await Promise.allSettled([1, 2, 3, 4].map(() => users.add('bob', PASSWORD, null)));
    expect(added.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('are first once only, however many processes start at the same time', async () => {
    await pipeline.query('DELETE FROM pipeline_users');
    const first = await Promise.all([1, 2, 3, 4].map(() => users.addFirst('root', PASSWORD)));
    expect(first.filter(Boolean)).toHaveLength(1);
    expect(await users.addFirst('other', PASSWORD)).toBe(false);
    expect(await users.list()).toMatchObject([{ name: 'root', role: 'admin' }]);
  });

  it.each([
    ['a/b', PASSWORD],
    ['', PASSWORD],
    ['ann\0', PASSWORD],
    ['ännchen', PASSWORD],
    ['x'.repeat(65), PASSWORD],
    ['dan', 'eleven char'],
    ['dan', 'x'.repeat(1_001)],
    ['dan', `${PASSWORD}\0`],
  ])('named %j with such a password are refused (%#)', async (name, password) => {
    await expect(users.add(name, password, 'viewer')).rejects.toBeInstanceOf(UserError);
  });

  it.each([
    ['a new password', () => users.setPassword('dan', PASSWORD)],
    ['no tokens', () => users.revoke('dan')],
    ['a token', () => users.token('dan', 60)],
    ['an end', () => users.remove('dan')],
  ])('who do not exist can not be given %s', async (_, act) => {
    await expect(act()).rejects.toThrow('There is no user dan. "movie-pipeline user list" names them.');
  });
});
