import '../support/quiet-logs.js';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { systemClock } from '../../src/common/system-clock.js';
import { loadConfig } from '../../src/config/load-config.js';
import { type OpenDatabase, openDatabase } from '../../src/database/connection/open-database.js';
import { BackgroundIndexes } from '../../src/movies/indexes/background-indexes.js';
import { MOVIE_INDEXES } from '../../src/movies/indexes/movie-indexes.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

/** Whether the index that needs an extension is missing depends on whether the extension is installed. */
const NAMES = MOVIE_INDEXES.flatMap(({ name, extension }) => (extension === undefined ? [name] : []));

let database: TestDatabase;
let open: OpenDatabase;
let indexes: BackgroundIndexes;

async function openWith(schema = 'public'): Promise<void> {
  const url = new URL(database.url);
  url.searchParams.set('schema', schema);
  open = await openDatabase({ url: url.href, poolSize: 2, dataDir: '/nonexistent' });
  indexes = new BackgroundIndexes(open, loadConfig({}, { tmdbKey: false }), systemClock);
}

beforeEach(async () => {
  database = await createTestDatabase();
  await database.query(`DROP EXTENSION pg_trgm CASCADE; DROP INDEX ${NAMES.join(', ')}`);
});

afterEach(async () => {
  await open.close();
  await database.drop();
});

it('the indexes of the movies are built once', async () => {
  await openWith();
  await database.query(`INSERT INTO movies (id, title) VALUES (1, 'One')`);
  expect(await indexes.missing()).toEqual(NAMES);
  expect(await indexes.trigramsSchema()).toBeNull();
  expect(await indexes.build()).toBe(true);
  expect(await indexes.trigramsSchema()).toBe('public');
  expect(await indexes.missing()).toEqual([]);
  const before = await database.query(`SELECT oid FROM pg_class WHERE relname = $1`, [NAMES[0]]);
  expect(await indexes.build()).toBe(true);
  expect(await database.query(`SELECT oid FROM pg_class WHERE relname = $1`, [NAMES[0]])).toEqual(before);
});

it('a worker has all indexes before its first movie', async () => {
  await openWith();
  await indexes.onApplicationBootstrap();
  expect(await indexes.missing()).toEqual([]);
  await indexes.onModuleDestroy();
});

it('where movies are stored, a worker builds nothing during its start', async () => {
  await openWith();
  await database.query(`INSERT INTO movies (id, title) VALUES (1, 'One')`);
  await indexes.onApplicationBootstrap();
  await indexes.onModuleDestroy();
  expect(await indexes.missing()).toEqual(NAMES);
});

it('an index that an interrupted build left invalid is built again', async () => {
  await openWith();
  await indexes.build();
  await database.query(
    `UPDATE pg_index SET indisvalid = false WHERE indexrelid = '${NAMES[0] ?? ''}'::regclass`,
  );
  expect(await indexes.missing()).toEqual([NAMES[0]]);
  await indexes.build();
  expect(await indexes.missing()).toEqual([]);
});

it('a process leaves the indexes to another one that is building them', async () => {
  await openWith();
  const other = await open.openSession();
  await other.query(
    `SELECT pg_advisory_lock(hashtextextended('movie-pipeline indexes in ' || current_schema(), 0))`,
  );
  expect(await indexes.build()).toBe(false);
  expect(await indexes.missing()).toEqual(expect.arrayContaining(NAMES));
  await other.end();
});

it('the indexes are built in the schema of the tables', async () => {
  await openWith('Other');
  await indexes.build();
  expect(await indexes.missing()).toEqual([]);
  const [found] = await database.query(`SELECT schemaname FROM pg_indexes WHERE indexname = $1`, [NAMES[0]]);
  expect(found).toEqual({ schemaname: 'Other' });
});
