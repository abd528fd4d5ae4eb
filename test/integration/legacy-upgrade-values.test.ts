import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { migrateDatabase } from '../../src/database/migrations/migrator.js';
import { PANDAS, SQLALCHEMY, V2, V3 } from '../support/old-databases.js';
import { ScratchDatabase } from '../support/scratch-database.js';

let database: ScratchDatabase;

beforeEach(async () => {
  database = await ScratchDatabase.create();
});

afterEach(async () => {
  await database.drop();
});

const INTERRUPTED = 'Interrupted: the process that ran it ended before the run did. What was stored stays.';

/** Rows by id, as JSON: dates and times as PostgreSQL prints them. */
async function rows(table: string, columns = '*'): Promise<Record<string, unknown>[]> {
  const found = await database.query<{ row: Record<string, unknown> }>(
    `SELECT to_jsonb(t) AS row FROM (SELECT ${columns} FROM ${table} ORDER BY id) AS t`,
  );
  return found.map(({ row }) => row);
}

async function upgraded(sql: string): Promise<void> {
  await database.query(sql);
  await migrateDatabase(database.url);
}

/** Which file each table's rows are in: another one after they were rewritten. */
function files(): Promise<Record<string, unknown>[]> {
  return database.query(
    `SELECT pg_relation_filenode('movies') AS movies, pg_relation_filenode('genres') AS genres`,
  );
}

describe('the upgrade of v3', () => {
  it('keeps every value of every column', async () => {
    await database.query(V3);
    const columns = (
      await database.query<{ name: string }>(
        `SELECT quote_ident(attname) AS name FROM pg_attribute WHERE attrelid = 'movies'::regclass AND attnum > 0`,
      )
    )
      .map(({ name }) => name)
      .join(', ');
    const before = [await rows('movies', columns), await rows('genres')];
    await migrateDatabase(database.url);
    expect([await rows('movies', columns), await rows('genres')]).toEqual(before);
    expect(before[0]).toHaveLength(3);
  });

  it('rewrites no row of movies or genres', async () => {
    await database.query(V3);
    const before = await files();
    await migrateDatabase(database.url);
    expect(await files()).toEqual(before);
  });

  it('keeps times as TIMESTAMP', async () => {
    await upgraded(V3);
    const [movie] = await database.query(
      `SELECT created_at::text AS at, pg_typeof(created_at)::text AS type FROM movies WHERE id = 550`,
    );
    expect(movie).toEqual({ at: '2025-01-02 03:04:05.678901', type: 'timestamp without time zone' });
  });

  it('counts no movie as enriched by this version', async () => {
    await upgraded(V3);
    expect(await rows('movies', 'id, enriched_at, enrich_failures')).toContainEqual({
      id: 550,
      enriched_at: null,
      enrich_failures: 0,
    });
  });

  it('keeps ended runs, and closes the one left RUNNING as FAILED, interrupted', async () => {
    await upgraded(V3);
    const columns =
      'id, run_date, status, movies_processed, duration_seconds, error_message, finished_at IS NULL AS open';
    expect(await rows('pipeline_runs', columns)).toMatchObject([
      { status: 'SUCCESS', movies_processed: 120, duration_seconds: 12.5, error_message: null, open: true },
      {
        status: 'FAILED',
        run_date: '2025-06-02T00:00:00',
        movies_processed: 0,
        error_message: 'HTTPError: 401',
      },
      { status: 'FAILED', movies_processed: 40, error_message: INTERRUPTED, open: false },
    ]);
  });

  it('closes every run left RUNNING and keeps its error message', async () => {
    await upgraded(
      `${V3} INSERT INTO pipeline_runs (status, error_message) VALUES ('running', 'page 3'), ('RUNNING', '')`,
    );
    const messages = await rows('pipeline_runs', 'id, error_message');
    expect(messages.slice(3)).toEqual([
      { id: 4, error_message: `${INTERRUPTED} page 3` },
      { id: 5, error_message: INTERRUPTED },
    ]);
  });

  it('makes NULL of the NaN and the JSON null that clients of v3 have stored', async () => {
    await upgraded(
      `${V3} UPDATE movies SET vote_average = 'NaN', "cast" = 'null', keywords = 'null' WHERE id = 551`,
    );
    const nulls = `vote_average IS NULL AS score, "cast" IS NULL AS "cast", keywords IS NULL AS keywords`;
    expect(await rows('movies', `id, ${nulls}`)).toEqual([
      { id: 550, score: false, cast: false, keywords: false },
      { id: 551, score: true, cast: true, keywords: true },
      { id: 552, score: false, cast: false, keywords: false },
    ]);
  });
});

describe('the upgrade of v2', () => {
  it('keeps every value, a REAL of 8.4 as 8.4, and takes the last change from the creation', async () => {
    await upgraded(V2);
    expect(await rows('movies')).toMatchObject([
      {
        title: 'Fight Club',
        release_date: '1999-10-15',
        vote_average: 8.4,
        popularity: 61.416,
        genres: ['Drama', 'Thriller'],
        created_at: '2024-02-29T23:59:59.123456',
        updated_at: '2024-02-29T23:59:59.123456',
        runtime: null,
      },
      { title: null, genres: [], popularity: null, cast: null },
      { genres: null, vote_average: 0, overview: '', created_at: expect.any(String) },
    ]);
  });
});

describe('the upgrade of tables that SQLAlchemy made', () => {
  it('makes JSONB of JSON, and NULL of the null that stands for None', async () => {
    await upgraded(SQLALCHEMY);
    expect(await rows('movies', 'id, genres, "cast" IS NULL AS "cast", keywords')).toEqual([
      { id: 550, genres: ['Drama'], cast: false, keywords: ['soap'] },
      { id: 551, genres: [], cast: true, keywords: null },
      { id: 552, genres: ['Drama'], cast: true, keywords: null },
    ]);
  });

  it('takes a missing time from the other one, or else from the upgrade', async () => {
    await upgraded(SQLALCHEMY);
    expect(await rows('movies', 'id, created_at, updated_at')).toEqual([
      { id: 550, created_at: '2025-01-02T03:04:05.678901', updated_at: '2025-06-07T08:09:10' },
      { id: 551, created_at: '2025-01-02T03:04:05', updated_at: '2025-01-02T03:04:05' },
      { id: 552, created_at: expect.any(String), updated_at: expect.any(String) },
    ]);
  });

  it('closes the run left RUNNING', async () => {
    await upgraded(SQLALCHEMY);
    expect(await rows('pipeline_runs', 'id, status, movies_processed, error_message')).toEqual([
      { id: 1, status: 'SUCCESS', movies_processed: 120, error_message: null },
      { id: 2, status: 'FAILED', movies_processed: 0, error_message: INTERRUPTED },
    ]);
  });
});

describe('the upgrade of tables that pandas made', () => {
  it('makes dates, whole numbers and lists of what pandas has written, and keeps its index', async () => {
    await upgraded(PANDAS);
    expect(await rows('movies')).toMatchObject([
      {
        index: 0,
        overview: 'nan is how it starts',
        release_date: '1999-10-15',
        vote_count: 29000,
        genres: ['Drama'],
        cast: [{ name: 'Edward Norton', character: "Tyler's “friend”" }],
        keywords: ['soap', "rock 'n' roll"],
        similar_movie_ids: [680, 807],
        runtime: 139,
        budget: 63000000,
      },
      { index: 1, vote_count: 3, genres: [] },
      {
        index: 2,
        release_date: '2026-01-01',
        keywords: [],
        similar_movie_ids: [],
        runtime: 0,
        vote_average: 0,
      },
    ]);
  });

  it('makes NULL of NaN and of an empty text where there is no text', async () => {
    await upgraded(PANDAS);
    const [, bare, empty] = await rows(
      'movies',
      'id, vote_average, runtime, release_date, backdrop_url, tagline, genres, "cast"',
    );
    expect(bare).toMatchObject({
      vote_average: null,
      runtime: null,
      release_date: null,
      backdrop_url: null,
      tagline: null,
    });
    expect(empty).toMatchObject({ genres: null, cast: null });
  });

  it('keeps its runs, and dates one without a date before all others', async () => {
    await upgraded(PANDAS);
    const columns = 'id, status, run_date, movies_processed, duration_seconds, error_message';
    expect(await rows('pipeline_runs', columns)).toEqual([
      {
        id: 7,
        status: 'SUCCESS',
        run_date: '2025-06-01T00:00:00',
        movies_processed: 120,
        duration_seconds: 12.5,
        error_message: null,
      },
      {
        id: 8,
        status: 'FAILED',
        run_date: '1970-01-01T00:00:00',
        movies_processed: 0,
        duration_seconds: null,
        error_message: INTERRUPTED,
      },
    ]);
  });

  it('reads a time with an offset, and one without as UTC, whatever time zone the database is set to', async () => {
    const name = new URL(database.url).pathname.slice(1);
    await database.query(`ALTER DATABASE ${name} SET timezone = 'Asia/Tokyo'`);
    await upgraded(`${PANDAS} ALTER TABLE movies ADD COLUMN created_at TIMESTAMPTZ, ADD COLUMN updated_at TEXT;
      UPDATE movies SET created_at = '2025-01-02 03:04:05+02', updated_at = '2025-01-02T03:04:05';
      UPDATE movies SET updated_at = '2025-01-02T03:04:05+02:00' WHERE id = 551`);
    expect((await rows('movies', 'id, created_at, updated_at')).slice(0, 2)).toEqual([
      { id: 550, created_at: '2025-01-02T01:04:05', updated_at: '2025-01-02T03:04:05' },
      { id: 551, created_at: '2025-01-02T01:04:05', updated_at: '2025-01-02T01:04:05' },
    ]);
  });
});
