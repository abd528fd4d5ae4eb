import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { NOTICE } from '../../src/export/manifest.js';
import { ContentPurge } from '../../src/movies/content-purge.repository.js';
import { ENRICHED_COLUMNS } from '../../src/movies/movie-record.js';
import { presetPlan } from '../../src/runs/run-plan.js';
import { runCommand, type CommandResult } from '../support/command-line.js';
import { ENRICHED, LISTED } from '../support/movies.js';
import { type MoviesStore, openMoviesStore } from '../support/movies-store.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { startTestPipeline } from '../support/test-pipeline.js';

const now = new Date('2026-09-30T00:00:00Z');
const FULL = {
  ...ENRICHED,
  translations: [
    { language: 'de', region: 'DE', title: 'Kampfclub', overview: null, tagline: null, homepage: null },
  ],
  releases: [{ region: 'US', type: 3, date: '1999-10-15', certification: 'R', note: null }],
};
const CHILDREN = ['movie_translations', 'movie_releases', 'movie_titles', 'movie_categories'];

function daysAgo(days: number): Date {
  return new Date(now.getTime() - days * 86_400_000);
}

describe('content that could not be refreshed within 180 days', () => {
  let store: MoviesStore;
  let purge: ContentPurge;

  beforeAll(async () => {
    store = await openMoviesStore();
    purge = new ContentPurge(store.prisma);
  });
  afterAll(() => store.close());
  beforeEach(() => store.query('TRUNCATE movies CASCADE'));

  async function withContent(): Promise<number[]> {
    const rows = await store.query<{ id: number }>(
      'SELECT id FROM movies WHERE title IS NOT NULL ORDER BY id',
    );
    return rows.map(({ id }) => id);
  }

  it('is emptied but for the id, the times and the counters, in all tables', async () => {
    await store.movies.storeEnriched([{ ...FULL, id: 1 }], daysAgo(181));
    await store.movies.storeEnriched([{ ...FULL, id: 2 }], daysAgo(179));
    for (const id of [1, 2]) await store.lists.storeEntries('popular', [{ movieId: id, position: id }], now);
    expect(await purge.emptyExpired(now)).toBe(1);
    const row = await store.row(1);
    for (const { name } of Object.values(ENRICHED_COLUMNS)) expect([name, row[name]]).toEqual([name, null]);
    expect(row).toMatchObject({
      ...{ id: 1, enriched_at: null, created_at: '2026-04-02T00:00:00' },
      updated_at: '2026-09-30T00:00:00',
    });
    expect(await withContent()).toEqual([2]);
    for (const table of CHILDREN)
      expect(await store.query(`SELECT DISTINCT movie_id FROM ${table}`)).toEqual([{ movie_id: 2 }]);
  });

  it('was asked for before: details and lists older than 150 days are requested whatever the limit', async () => {
    await store.movies.storeEnriched([{ ...FULL, id: 1 }], daysAgo(151));
    await store.movies.storeListed([{ ...LISTED, id: 2 }], daysAgo(151));
    await store.movies.storeListed([{ ...LISTED, id: 3 }], daysAgo(149));
    expect(await store.prisma.$queryRaw(store.movies.urgent(now))).toEqual([{ id: 1 }, { id: 2 }]);
  });

  it('includes what a list said, unless a list still names the movie', async () => {
    for (const id of [1, 2]) await store.movies.storeListed([{ ...LISTED, id }], daysAgo(181));
    await store.lists.storeEntries('popular', [{ movieId: 2, position: 1 }], daysAgo(1));
    expect(await purge.emptyExpired(now)).toBe(1);
    expect(await withContent()).toEqual([2]);
  });

  it('includes movies that are gone', async () => {
    await store.movies.storeEnriched([{ ...FULL, id: 1 }], daysAgo(3));
    await store.movies.markNotFound([1], daysAgo(2));
    expect(await purge.emptyExpired(now)).toBe(0);
    await store.movies.markNotFound([1], daysAgo(1));
    expect(await purge.emptyExpired(now)).toBe(1);
    expect(await store.row(1)).toMatchObject({ title: null, gone_at: '2026-09-29T00:00:00+00:00' });
  });

  it('is emptied once, and the movie is due again', async () => {
    await store.movies.storeEnriched([FULL], daysAgo(181));
    await purge.emptyExpired(now);
    const version = await store.rowVersion(550);
    expect(await purge.emptyExpired(now)).toBe(0);
    expect(await store.rowVersion(550)).toEqual(version);
    expect(await store.movies.dueStored({ limit: 10, now })).toEqual([550]);
    await store.movies.storeEnriched([FULL], now);
    expect(await withContent()).toEqual([550]);
  });
});

it('a daily run empties expired movies although TMDB refuses the key', async () => {
  const pipeline = await startTestPipeline({ movies: 40 });
  await pipeline.query(
    `INSERT INTO movies (id, title, enriched_at) VALUES (1, 'Old', now() - interval '181 days')`,
  );
  pipeline.sandbox.revokeKey();
  expect((await pipeline.run(presetPlan('quick'))).run.status).toBe('FAILED');
  expect(await pipeline.query('SELECT title FROM movies')).toEqual([{ title: 'Old' }]);
  expect((await pipeline.run(presetPlan('daily'))).run.status).toBe('FAILED');
  expect(await pipeline.query('SELECT title FROM movies')).toEqual([{ title: null }]);
  await pipeline.close();
});

describe('purge --all', () => {
  let database: TestDatabase;
  let exportDir: string;

  beforeEach(async () => {
    database = await createTestDatabase();
    exportDir = await mkdtemp(join(tmpdir(), 'movie-pipeline-test-'));
    await database.query(`
      INSERT INTO movies (id, title) VALUES (1, 'A'), (2, 'B');
      INSERT INTO genres VALUES (1, 'Drama');
      INSERT INTO movie_titles VALUES (1, 'a', true);
      INSERT INTO movie_categories VALUES ('popular', 1, 1, now());
      INSERT INTO catalogue VALUES (1, false, false, 1, '2026-01-01', '2026-01-01')`);
  });
  afterEach(async () => {
    await database.drop();
    await rm(exportDir, { recursive: true });
  });

  function purgeAll(...options: string[]): Promise<CommandResult> {
    const env = {
      DATABASE_URL: database.url,
      EXPORT_DIR: exportDir,
      JWT_SECRET: 'only-for-tests-0f7c2e9a4b6d8135e1',
    };
    return runCommand(['purge', ...options], { env });
  }

  it('deletes the content and the snapshots, and only when it is confirmed', async () => {
    const manifest = { snapshot_time: '', schema_version: '', notice: NOTICE, files: [] };
    await mkdir(join(exportDir, '20260901T000000Z'));
    await writeFile(join(exportDir, '20260901T000000Z', 'manifest.json'), JSON.stringify(manifest));
    expect(await purgeAll('--yes')).toMatchObject({ code: 2 });
    const unconfirmed = await purgeAll('--all');
    expect(unconfirmed.code).toBe(2);
    expect(unconfirmed.stderr).toContain('confirm with --yes');
    expect(await database.query('SELECT FROM movies')).toHaveLength(2);
    const { code, stdout } = await purgeAll('--all', '--yes', '--json');
    expect([code, JSON.parse(stdout)]).toEqual([0, { movies: 2, rows_kept: false, snapshots: 1 }]);
    for (const table of ['movies', 'genres', 'catalogue', ...CHILDREN])
      expect([table, await database.query(`SELECT * FROM ${table}`)]).toEqual([table, []]);
    expect(await readdir(exportDir)).toEqual([]);
    expect(await database.query('SELECT action FROM pipeline_audit')).toEqual([{ action: 'content.purged' }]);
  });

  it('keeps the rows of movies to which tables of the user refer, without their content', async () => {
    await database.query('CREATE TABLE ratings (movie_id int REFERENCES movies ON DELETE CASCADE)');
    await database.query('INSERT INTO ratings VALUES (2)');
    const { code, stdout } = await purgeAll('--all', '--yes');
    expect(code).toBe(0);
    expect(stdout).toContain('because other tables refer to them');
    expect(await database.query('SELECT id, title FROM movies ORDER BY id')).toEqual([
      { id: 1, title: null },
      { id: 2, title: null },
    ]);
    expect(await database.query('SELECT movie_id FROM ratings')).toEqual([{ movie_id: 2 }]);
  });

  it('is refused while a run is active', async () => {
    await database.query(`INSERT INTO pipeline_runs (status) VALUES ('QUEUED')`);
    const { code, stderr } = await purgeAll('--all', '--yes');
    expect([code, stderr]).toEqual([4, expect.stringContaining('Run 1 is active')]);
    expect(await database.query('SELECT FROM movies')).toHaveLength(2);
  });
});
