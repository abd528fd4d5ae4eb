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

const NEXT = `SELECT extract(epoch FROM next_at - clock_timestamp())::float8 AS seconds FROM tmdb_rate_limit`;

it('the rate limit gives each permit to one process when several take permits at once', async () => {
  const processes = Array.from({ length: 3 }, () => new RateLimitRepository(open.prisma));
  const grants = await Promise.all(
    Array.from({ length: 30 }, (_, n) => processes[n % 3]!.takePermits(4, 60_000)),
  );
  const [row] = await database.query<{ seconds: number }>(NEXT);
  // 120 permits a minute apart were granted; the test itself takes less than a minute.
  expect(row!.seconds / 60).toBeGreaterThan(119);
  expect(new Set(grants.map(({ firstInMs }) => Math.round(firstInMs / 240_000))).size).toBe(30);
  expect((await processes[0]!.takePermits(1, 1)).processes).toBe(3);
});

it('the rate limit grants no permit during a pause', async () => {
  const repository = new RateLimitRepository(open.prisma);
  await repository.pause(24 * 3_600_000);
  expect((await repository.takePermits(1, 1)).firstInMs).toBeGreaterThan(23 * 3_600_000);
});

it('the rate limit reports the rest of a pause that another process began, and 0 after its end', async () => {
  const [here, elsewhere] = [new RateLimitRepository(open.prisma), new RateLimitRepository(open.prisma)];
  await here.pause(24 * 3_600_000);
  await here.pause(1_000);
  const { pausedForMs } = await elsewhere.takePermits(1, 1);
  expect(pausedForMs).toBeGreaterThan(23 * 3_600_000);
  expect(pausedForMs).toBeLessThanOrEqual(24 * 3_600_000);
  await database.query(`UPDATE tmdb_rate_limit SET paused_until = now() - interval '1 second'`);
  expect((await elsewhere.takePermits(1, 1)).pausedForMs).toBe(0);
  await database.query('DELETE FROM tmdb_rate_limit');
  expect((await elsewhere.takePermits(1, 1)).pausedForMs).toBe(0);
});
