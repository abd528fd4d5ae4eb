import '../support/quiet-logs.js';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openDatabase } from '../../src/database/connection/open-database.js';
import { PGBOUNCER, type Pooler, startPgBouncer } from '../support/pgbouncer.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

if (PGBOUNCER === null)
  process.stderr.write('Skipped: PgBouncer is not installed (apt-get install pgbouncer).\n');
const describeWithPgBouncer = PGBOUNCER === null ? describe.skip : describe;

let database: TestDatabase;
let pooler: Pooler | undefined;

beforeEach(async () => {
  database = await createTestDatabase();
});

afterEach(async () => {
  await pooler?.stop();
  await database.drop();
});

const open = (url: string): ReturnType<typeof openDatabase> =>
  openDatabase({ url, poolSize: 2, dataDir: '/nonexistent' }, { migrate: 'check' });

describeWithPgBouncer('a pooler in front of the database', () => {
  it.each([
    ['transaction', {}],
    ['transaction', { default_pool_size: 1 }],
    ['transaction', { server_round_robin: 1, min_pool_size: 5 }],
    ['statement', {}],
  ] as const)('pooling by %s (%p) is rejected with the next step', async (mode, settings) => {
    pooler = await startPgBouncer(database.url, mode, settings);
    await expect(open(pooler.url)).rejects.toMatchObject({
      code: 'POOLER',
      message: expect.stringContaining('pool_mode = session'),
    });
  });

  it('pooling by session is accepted', async () => {
    pooler = await startPgBouncer(database.url, 'session');
    const opened = await open(pooler.url);
    expect(await opened.prisma.movie.count()).toBe(0);
    await opened.close();
  });
});
