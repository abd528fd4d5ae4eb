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

/** The rows in order of their id, as JSON, with dates and times as PostgreSQL prints them. */
async function rows(table: string, columns = '*'): Promise<Record<string, unknown>[]> {
  const found = await database.query<{ row: Record<string, unknown> }>(
    `SELECT to_jsonb(t) AS row FROM (SELECT ${columns} FROM ${table} ORDER BY id) AS t`,
  );
  return found.map(({ row }) => row);
}

async function upgrade(sql: string): Promise<void> {
  await database.query(sql);
  await migrateDatabase(database.url);
}

/** The file that holds the rows of each table. Rewriting a table replaces its file. */
function tableFiles(): Promise<Record<string, unknown>[]> {
  return database.query(
    `SELECT pg_relation_filenode('movies') AS movies, pg_relation_filenode('genres') AS genres`,
  );
}

describe('the upgrade of v3', () => {
  it('the upgrade of v3 keeps every value of every column, except that an unknown amount is NULL instead of 0', async () => {
    await database.query(V3);
    const columns = (
      await database.query<{ name: string }>(
        `SELECT quote_ident(attname) AS name FROM pg_attribute WHERE attrelid = 'movies'::regclass AND attnum > 0`,
      )
    )
      .map(({ name }) => name)
      .join(', ');
    const [movies, genres] = [await rows('movies', columns), await rows('genres')];
    expect(movies[2]).toMatchObject({ id: 552, runtime: 0, budget: 0, revenue: 0, vote_average: 0 });
    const unknown = { runtime: null, budget: null, revenue: null, vote_average: null };
    await migrateDatabase(database.url);
    expect(await rows('movies', columns)).toEqual([movies[0], movies[1], { ...movies[2], ...unknown }]);
    expect(await rows('genres')).toEqual(genres);
  });

  it('the upgrade of v3 rewrites no table', async () => {
    await database.query(V3);
    const before = await tableFiles();
    await migrateDatabase(database.url);
    expect(await tableFiles()).toEqual(before);
  });

  it('the upgrade of v3 keeps times as TIMESTAMP', async () => {
    await upgrade(V3);
    const [movie] = await database.query(
      `SELECT created_at::text AS at, pg_typeof(created_at)::text AS type FROM movies WHERE id = 550`,
    );
    expect(movie).toEqual({ at: '2025-01-02 03:04:05.678901', type: 'timestamp without time zone' });
  });

  it('the upgrade of v3 marks no movie as enriched', async () => {
    await upgrade(V3);
    expect(await rows('movies', 'id, enriched_at, enrich_failures')).toContainEqual({
      id: 550,
      enriched_at: null,
      enrich_failures: 0,
    });
  });

  it('the upgrade of v3 keeps ended runs and marks the run left RUNNING as FAILED and interrupted', async () => {
    await upgrade(V3);
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

  it('the upgrade of v3 ends every run left RUNNING and keeps its error message', async () => {
    await upgrade(
      `${V3} INSERT INTO pipeline_runs (status, error_message) VALUES ('running', 'page 3'), ('RUNNING', '')`,
    );
    const messages = await rows('pipeline_runs', 'id, error_message');
    expect(messages.slice(3)).toEqual([
      { id: 4, error_message: `${INTERRUPTED} page 3` },
      { id: 5, error_message: INTERRUPTED },
    ]);
  });

  it('the upgrade of v3 converts a stored NaN or JSON null to NULL', async () => {
    await upgrade(
      `${V3} UPDATE movies SET vote_average = 'NaN', "cast" = 'null', keywords = 'null' WHERE id = 551`,
    );
    const nulls = `vote_average IS NULL AS score, "cast" IS NULL AS "cast", keywords IS NULL AS keywords`;
    expect(await rows('movies', `id, ${nulls}`)).toEqual([
      { id: 550, score: false, cast: false, keywords: false },
      { id: 551, score: true, cast: true, keywords: true },
      { id: 552, score: true, cast: false, keywords: false },
    ]);
  });
});

describe('the upgrade of v2', () => {
  it('the upgrade of v2 keeps every value, including a REAL of 8.4, and sets updated_at to created_at', async () => {
    await upgrade(V2);
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
      { genres: null, vote_average: null, vote_count: 0, overview: '', created_at: expect.any(String) },
    ]);
  });
});

describe('the upgrade of tables that SQLAlchemy made', () => {
  it('the upgrade of SQLAlchemy tables converts JSON to JSONB and a JSON null to NULL', async () => {
    await upgrade(SQLALCHEMY);
    expect(await rows('movies', 'id, genres, "cast" IS NULL AS "cast", keywords')).toEqual([
      { id: 550, genres: ['Drama'], cast: false, keywords: ['soap'] },
      { id: 551, genres: [], cast: true, keywords: null },
      { id: 552, genres: ['Drama'], cast: true, keywords: null },
    ]);
  });

  it('the upgrade of SQLAlchemy tables sets a missing time to the other time, or else to the time of the upgrade', async () => {
    await upgrade(SQLALCHEMY);
    expect(await rows('movies', 'id, created_at, updated_at')).toEqual([
      { id: 550, created_at: '2025-01-02T03:04:05.678901', updated_at: '2025-06-07T08:09:10' },
      { id: 551, created_at: '2025-01-02T03:04:05', updated_at: '2025-01-02T03:04:05' },
      { id: 552, created_at: expect.any(String), updated_at: expect.any(String) },
    ]);
  });

  it('the upgrade of SQLAlchemy tables marks the run left RUNNING as FAILED', async () => {
    await upgrade(SQLALCHEMY);
    expect(await rows('pipeline_runs', 'id, status, movies_processed, error_message')).toEqual([
      { id: 1, status: 'SUCCESS', movies_processed: 120, error_message: null },
      { id: 2, status: 'FAILED', movies_processed: 0, error_message: INTERRUPTED },
    ]);
  });
});

describe('the upgrade of tables that pandas made', () => {
  it('the upgrade of pandas tables restores dates, integers and lists and keeps the index column', async () => {
    await upgrade(PANDAS);
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
        runtime: null,
        vote_average: null,
      },
    ]);
  });

  it('the upgrade of pandas tables converts NaN, and empty text outside text columns, to NULL', async () => {
    await upgrade(PANDAS);
    const [, withoutDetails, withEmptyText] = await rows(
      'movies',
      'id, vote_average, runtime, release_date, backdrop_url, tagline, genres, "cast"',
    );
    expect(withoutDetails).toMatchObject({
      vote_average: null,
      runtime: null,
      release_date: null,
      backdrop_url: null,
      tagline: null,
    });
    expect(withEmptyText).toMatchObject({ genres: null, cast: null });
  });

  it('the upgrade of pandas tables keeps the runs and dates a run without a date to 1970', async () => {
    await upgrade(PANDAS);
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

  it('the upgrade follows the offset of a time and reads a time without one as UTC in any database time zone', async () => {
    const name = new URL(database.url).pathname.slice(1);
    await database.query(`ALTER DATABASE ${name} SET timezone = 'Asia/Tokyo'`);
    await upgrade(`${PANDAS} ALTER TABLE movies ADD COLUMN created_at TIMESTAMPTZ, ADD COLUMN updated_at TEXT;
      UPDATE movies SET created_at = '2025-01-02 03:04:05+02', updated_at = '2025-01-02T03:04:05';
      UPDATE movies SET updated_at = '2025-01-02T03:04:05+02:00' WHERE id = 551`);
    expect((await rows('movies', 'id, created_at, updated_at')).slice(0, 2)).toEqual([
      { id: 550, created_at: '2025-01-02T01:04:05', updated_at: '2025-01-02T03:04:05' },
      { id: 551, created_at: '2025-01-02T01:04:05', updated_at: '2025-01-02T01:04:05' },
    ]);
  });
});
