import '../support/quiet-logs.js';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { examine, type Finding } from '../../src/cli/doctor-checks.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

let database: TestDatabase;
const before = { ...process.env };

beforeEach(async () => {
  database = await createTestDatabase();
  process.env = { ...before, LOG_LEVEL: 'fatal', DATABASE_URL: database.url };
});

afterEach(async () => {
  process.env = { ...before };
  await database.drop();
});

async function find(check: string): Promise<Finding | undefined> {
  for await (const finding of examine()) if (finding.check === check) return finding;
  return undefined;
}

it('doctor reports that npm start needs JWT_SECRET with DATABASE_URL', async () => {
  expect(await find('environment')).toMatchObject({
    verdict: 'fault',
    detail: expect.stringContaining('JWT_SECRET is missing'),
  });
});

it.each([
  [{ JWT_SECRET: 'too-short' }, 'JWT_SECRET must be'],
  [{ ADMIN_USERNAME: 'root' }, 'ADMIN_USERNAME and ADMIN_PASSWORD go together'],
  [{ ROLES: 'worker', TMDB_API_KEY: 'no key' }, 'TMDB_API_KEY must be'],
])('doctor reports what npm start refuses with %p', async (env, fault) => {
  Object.assign(process.env, env);
  expect(await find('environment')).toMatchObject({
    verdict: 'fault',
    detail: expect.stringContaining(fault),
  });
});

it('doctor continues with the database when JWT_SECRET is missing', async () => {
  expect(await find('database')).toMatchObject({ verdict: 'ok' });
});

it('doctor does not require JWT_SECRET of a process without the role api', async () => {
  process.env.ROLES = 'worker';
  expect(await find('environment')).toMatchObject({ verdict: 'ok' });
});

it('doctor compares the clock with that of the database', async () => {
  expect(await find('clock')).toMatchObject({ verdict: 'ok' });
});

it('doctor reports lists that were read in the future', async () => {
  await database.query(`INSERT INTO movies (id) VALUES (1)`);
  await database.query(
    `INSERT INTO movie_categories (movie_id, category, position, seen_at) VALUES (1, 'popular', 1, now() + interval '400 days')`,
  );
  expect(await find('freshness')).toMatchObject({
    verdict: 'warning',
    detail: expect.stringContaining('a clock was or is wrong'),
  });
});
