import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { openDatabase, type OpenDatabase } from '../../src/database/connection/open-database.js';
import { RateLimitRepository } from '../../src/tmdb/rate-limit/rate-limit.repository.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

let database: TestDatabase;
let open: OpenDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
  open = await openDatabase({ url: database.url, poolSize: 8, dataDir: '/nonexistent' });
});

afterAll(async () => {
  await open.close();
  await database.drop();
});

const MINUTE_MS = 60_000;
const NEXT = `SELECT extract(epoch FROM next_at - clock_timestamp())::float8 AS seconds FROM tmdb_rate_limit`;

it('the rate limit gives each permit to one process when several take permits at once', async () => {
  const processes = Array.from({ length: 3 }, () => new RateLimitRepository(open.prisma));
  const grants = await Promise.all(
    Array.from({ length: 12 }, (_, n) => processes[n % 3]!.takePermits(1, 60_000)),
  );
  const [row] = await database.query<{ seconds: number }>(NEXT);
  // 12 permits a minute apart were granted; the test itself takes less than a minute.
  expect(row!.seconds / 60).toBeGreaterThan(11);
  expect(new Set(grants.map(({ firstInMs }) => Math.round(firstInMs / 60_000))).size).toBe(12);
  expect((await processes[0]!.takePermits(1, 1)).processes).toBe(3);
});

it('the rate limit grants no permit during a pause', async () => {
  const repository = new RateLimitRepository(open.prisma);
  await repository.pause(10 * MINUTE_MS);
  expect((await repository.takePermits(1, 1)).firstInMs).toBeGreaterThan(9 * MINUTE_MS);
});

it('the rate limit reports the rest of a pause that another process began, and 0 after its end', async () => {
  const [here, elsewhere] = [new RateLimitRepository(open.prisma), new RateLimitRepository(open.prisma)];
  await here.pause(10 * MINUTE_MS);
  await here.pause(1_000);
  const { pausedForMs } = await elsewhere.takePermits(1, 1);
  expect(pausedForMs).toBeGreaterThan(9 * MINUTE_MS);
  expect(pausedForMs).toBeLessThanOrEqual(10 * MINUTE_MS);
  await database.query(`UPDATE tmdb_rate_limit SET paused_until = now() - interval '1 second'`);
  expect((await elsewhere.takePermits(1, 1)).pausedForMs).toBe(0);
  await database.query('DELETE FROM tmdb_rate_limit');
  expect((await elsewhere.takePermits(1, 1)).pausedForMs).toBe(0);
});

it('the rate limit does not believe times that lie further ahead than a pause can last', async () => {
  const repository = new RateLimitRepository(open.prisma);
  await database.query(
    `INSERT INTO tmdb_rate_limit (id, next_at, paused_until) VALUES (1, now() + interval '400 days', now() + interval '400 days')
     ON CONFLICT (id) DO UPDATE SET next_at = excluded.next_at, paused_until = excluded.paused_until`,
  );
  await database.query(
    `INSERT INTO tmdb_rate_limit_processes (id, seen_at) VALUES (gen_random_uuid(), now() + interval '400 days')`,
  );
  const before = await repository.takePermits(1, 1);
  expect(before).toMatchObject({ pausedForMs: 0 });
  expect(before.firstInMs).toBeLessThan(MINUTE_MS);
  await database.query(`UPDATE tmdb_rate_limit SET paused_until = now() + interval '400 days'`);
  await repository.pause(1_000);
  const { pausedForMs, processes } = await repository.takePermits(1, 1);
  expect(pausedForMs).toBeLessThanOrEqual(1_000);
  expect(processes).toBe(before.processes);
  expect(await database.query('SELECT FROM tmdb_rate_limit_processes WHERE seen_at > now()')).toEqual([]);
});
