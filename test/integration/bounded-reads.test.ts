import '../support/quiet-logs.js';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { BoundedReads, ReadDeadlineError } from '../../src/database/bounded-reads.js';
import { type OpenDatabase, openDatabase } from '../../src/database/connection/open-database.js';
import { sql } from '../../src/database/prisma.service.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

let database: TestDatabase;
let open: OpenDatabase;
let reads: BoundedReads;

beforeAll(async () => {
  database = await createTestDatabase();
  // One connection: what a read leaves behind, the next statement meets.
  open = await openDatabase({ url: database.url, poolSize: 1, dataDir: '/nonexistent' });
  reads = new BoundedReads(open);
});

afterAll(async () => {
  await open.close();
  await database.drop();
});

it('a read that takes too long is cancelled, and its connection has no deadline afterwards', async () => {
  await expect(reads.query(sql`SELECT pg_sleep(60)`, 50)).rejects.toBeInstanceOf(ReadDeadlineError);
  const { rows } = await open.pool.query('SHOW statement_timeout');
  expect(rows).toEqual([{ statement_timeout: '0' }]);
  expect(await reads.query(sql`SELECT ${1}::int AS one`, 5_000)).toEqual([{ one: 1 }]);
});

it('a read cannot write', async () => {
  await expect(reads.query(sql`DELETE FROM movies`, 5_000)).rejects.toMatchObject({ code: '25006' });
});

it('a connection that is lost during a read fails the read and not the process', async () => {
  await expect(reads.query(sql`SELECT pg_terminate_backend(pg_backend_pid())`, 5_000)).rejects.toThrow();
  expect(await reads.query(sql`SELECT ${1}::int AS one`, 5_000)).toEqual([{ one: 1 }]);
});
