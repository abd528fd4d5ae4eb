import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { migrateDatabase } from '../../src/database/migrations/migrator.js';
import { BY_HAND, PANDAS, V2, V3 } from '../support/old-databases.js';
import { ScratchDatabase } from './scratch-database.js';

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

describe('the values of v3', () => {
  it('are all as they were', async () => {
    await database.query(V3);
    const columns = (
      await database.query<{ name: string }>(
        `SELECT quote_ident(attname) AS name FROM pg_attribute WHERE attrelid = 'movies'::regclass AND attnum > 0`,
      )
    )
      .map(({ name }) => name)
      .join(', ');
    const before = [await rows('movies', columns), await rows('genres'), await rows('users')];
    await migrateDatabase(database.url);
    expect([await rows('movies', columns), await rows('genres'), await rows('users')]).toEqual(before);
    expect(before[0]).toHaveLength(3);
  });

  it('are in UTC, and read as such', async () => {
    await database.query(V3);
    await migrateDatabase(database.url);
    const [movie] = await database.query<{ column: string; type: string }>(
      `SELECT created_at::text AS at, pg_typeof(created_at)::text AS type FROM movies WHERE id = 550`,
    );
    expect(movie).toEqual({ at: '2025-01-02 03:04:05.678901', type: 'timestamp without time zone' });
  });

  it('say that no movie was ever enriched by this version', async () => {
    await database.query(V3);
    await migrateDatabase(database.url);
    expect(await rows('movies', 'id, enriched_at, enrich_failures')).toContainEqual({
      id: 550,
      enriched_at: null,
      enrich_failures: 0,
    });
  });

  it('keep ended runs, and close the one left RUNNING as interrupted', async () => {
    await database.query(V3);
    await migrateDatabase(database.url);
    const columns =
      'id, run_date, status, movies_processed, duration_seconds, error_message, finished_at IS NULL AS open';
    expect(await rows('pipeline_runs', columns)).toMatchObject([
      { status: 'SUCCESS', movies_processed: 120, duration_seconds: 12.5, error_message: null, open: true },
      { status: 'FAILED', run_date: '2025-06-02T00:00:00', error_message: 'HTTPError: 401' },
      { status: 'FAILED', movies_processed: 40, error_message: INTERRUPTED, open: false },
    ]);
  });

  it('close every run left RUNNING, keeping what it had to say', async () => {
    await database.query(V3);
    await database.query(
      `INSERT INTO pipeline_runs (status, error_message) VALUES ('running', 'page 3'), ('RUNNING', '')`,
    );
    await migrateDatabase(database.url);
    const messages = await rows('pipeline_runs', 'id, error_message');
    expect(messages.slice(3)).toEqual([
      { id: 4, error_message: `${INTERRUPTED} page 3` },
      { id: 5, error_message: INTERRUPTED },
    ]);
  });
});

describe('the values of v2', () => {
  it('are as they were, a REAL of 8.4 being 8.4', async () => {
    await database.query(V2);
    await migrateDatabase(database.url);
    expect(await rows('movies')).toMatchObject([
      {
        title: 'Fight Club',
        release_date: '1999-10-15',
        vote_average: 8.4,
        popularity: 61.4,
        genres: ['Drama', 'Thriller'],
        created_at: '2024-02-29T23:59:59.123456',
        updated_at: '2024-02-29T23:59:59.123456',
        runtime: null,
      },
      { title: null, genres: [], popularity: null, cast: null },
      { genres: null, vote_average: 0, overview: '' },
    ]);
  });
});

describe('the values of pandas', () => {
  beforeEach(async () => {
    await database.query(PANDAS);
    await migrateDatabase(database.url);
  });

  it('become ours, text and Python lists too', async () => {
    expect(await rows('movies')).toMatchObject([
      {
        overview: 'nan is how it starts',
        release_date: '1999-10-15',
        vote_count: 29000,
        backdrop_url: '',
        genres: ['Drama'],
        cast: [
          { id: 819, name: 'Edward Norton', character: 'Tyler\'s "friend"', profile_path: null, order: 0 },
        ],
        budget: 63000000,
        created_at: '2025-01-02T03:04:05.678901',
        index: 0,
      },
      { created_at: '2025-01-02T01:04:05', index: 1 },
      { release_date: '2026-01-01', genres: ['Sci-Fi', "Rock 'n' Roll"], cast: [], index: 2 },
    ]);
  });

  it('are NULL where pandas wrote NaN or nothing', async () => {
    const columns = 'id, title, release_date, vote_average, vote_count, popularity, genres, runtime, budget';
    expect((await rows('movies', columns))[1]).toEqual({
      id: 551,
      title: null,
      release_date: null,
      vote_average: null,
      vote_count: null,
      popularity: null,
      genres: null,
      runtime: null,
      budget: null,
    });
  });
});

describe('rows of pandas that stand twice', () => {
  it('become one, and the log says how many went', async () => {
    await database.query(PANDAS);
    const events: unknown[] = [];
    await migrateDatabase(database.url, (event) => events.push(event));
    expect(await rows('movies', 'id')).toEqual([{ id: 550 }, { id: 551 }, { id: 552 }]);
    expect(events).toContainEqual({ event: 'database.adopted', tables: ['genres', 'movies'], duplicates: 2 });
  });
});

describe('the values of a database made by hand', () => {
  beforeEach(async () => {
    await database.query(BY_HAND);
    await migrateDatabase(database.url);
  });

  it('become ours, and columns of its own stay with theirs', async () => {
    expect(await rows('movies')).toMatchObject([
      {
        id: 550,
        title: 'Fight Club',
        release_date: '1999-10-15',
        vote_average: 8.44,
        popularity: 61.4,
        genres: ['Drama', 'Film Noir'],
        keywords: ['soap'],
        adult: false,
        updated_at: '2025-01-02T01:04:05',
        created_at: '2025-01-02T01:04:05',
        row_number: 1,
        overview: 'soon',
        notes: 'seen',
        stars: 5,
      },
      { title: null, genres: null, row_number: 2, notes: null },
      { popularity: null, genres: [], keywords: null, adult: true, row_number: 3, notes: 'none' },
    ]);
  });

  it('give a new movie what its own columns default to', async () => {
    await database.query('INSERT INTO movies (id) VALUES (600)');
    expect((await rows('movies'))[3]).toMatchObject({
      row_number: expect.any(Number),
      notes: 'none',
      stars: 5,
      overview: null,
      vote_average: null,
    });
  });

  it('give every run a status of ours, and say which it had', async () => {
    expect(
      await rows('pipeline_runs', 'id, status, run_date, movies_processed, error_message'),
    ).toMatchObject([
      { status: 'SUCCESS', run_date: '2025-06-01T00:00:00', error_message: null },
      { status: 'FAILED', movies_processed: 0, error_message: null },
      { status: 'FAILED', error_message: INTERRUPTED, run_date: '1970-01-01T00:00:00' },
      { status: 'SUCCESS', error_message: null },
      { status: 'FAILED', error_message: 'Status before the upgrade: who knows.' },
      { status: 'FAILED', error_message: 'Status before the upgrade: none.' },
    ]);
  });

  it('let a nameless genre have a name', async () => {
    expect(await rows('genres', 'id, name')).toEqual([
      { id: 18, name: 'Drama' },
      { id: 53, name: '' },
    ]);
  });
});
