import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { DatabaseError } from '../../src/database/errors/database-error.js';
import { PANDAS, V3 } from '../support/old-databases.js';
import { refusal } from '../support/refusal.js';
import { ScratchDatabase } from '../support/scratch-database.js';

let database: ScratchDatabase;

beforeEach(async () => {
  database = await ScratchDatabase.create();
});

afterEach(async () => {
  await database.drop();
});

/** Runs the SQL and migrates. Returns the error of the migration, and checks that the migration changed nothing. */
async function refusalAfter(sql: string): Promise<DatabaseError> {
  await database.query(sql);
  const error = await refusal(database);
  expect(error.code).toBe('NOT_UPGRADABLE');
  expect(error.message).toContain('Nothing was changed. Resolve this, then start again:\n  - ');
  return error;
}

describe('foreign tables with our names', () => {
  it.each([
    [
      'a movies table with a UUID as id',
      'CREATE TABLE movies (id UUID, title TEXT, genres TEXT)',
      'its id is of type uuid',
    ],
    [
      'a movies table without any column of TMDB',
      'CREATE TABLE movies (id SERIAL, title TEXT, shelf TEXT)',
      "none of TMDB's columns",
    ],
    ['a movies table without an id', 'CREATE TABLE movies (name TEXT, year INTEGER)', 'it has no id, title'],
    ['a genres table without a name', 'CREATE TABLE genres (id INTEGER, bpm INTEGER)', 'it has no name'],
    [
      'a pipeline_runs table of another application',
      'CREATE TABLE pipeline_runs (id INTEGER, dag TEXT)',
      'it has no run_date, status',
    ],
    [
      'a movie_categories table of another application',
      'CREATE TABLE movie_categories (movie_id INTEGER, category TEXT)',
      'it has no position, seen_at',
    ],
    [
      'a view named movies',
      'CREATE VIEW movies AS SELECT 1 AS id, 2 AS popularity',
      'movies is not an ordinary table',
    ],
  ])('the upgrade refuses %s and changes nothing', async (_, sql, reason) => {
    const { message } = await refusalAfter(`${sql}; CREATE TABLE other (id INTEGER)`);
    expect(message).toContain(reason);
    expect(message).toContain('rename it, or add another ?schema= to DATABASE_URL');
  });
});

describe('dependents of columns that change', () => {
  it('the upgrade refuses views on columns that change, and names each view, its columns and the remedy', async () => {
    const { message } = await refusalAfter(`${V3} CREATE SCHEMA reports;
      CREATE VIEW reports.titles AS SELECT id, title FROM movies;
      CREATE MATERIALIZED VIEW "Last Runs" AS SELECT run_date, status FROM pipeline_runs;
      CREATE VIEW scores AS SELECT id, vote_average FROM movies`);
    expect(message.split('\n').slice(1)).toEqual([
      '  - view "Last Runs" reads pipeline_runs.run_date, pipeline_runs.status, which the upgrade changes: ' +
        'drop the view, upgrade, and create it again',
      '  - view reports.titles reads movies.title, which the upgrade changes: ' +
        'drop the view, upgrade, and create it again',
    ]);
  });

  it.each([
    [
      'a trigger on a column that changes',
      `CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
       CREATE TRIGGER retitled AFTER UPDATE OF title ON movies FOR EACH ROW EXECUTE FUNCTION f()`,
      'trigger retitled on table movies depends on column "title"',
    ],
    [
      'a generated column that depends on a column that changes',
      'ALTER TABLE movies ADD COLUMN size INTEGER GENERATED ALWAYS AS (length(title)) STORED',
      'Column "title" is used by generated column "size"',
    ],
  ])('the upgrade refuses %s and changes nothing', async (_, sql, reason) => {
    expect((await refusalAfter(`${V3} ${sql}`)).message).toContain(reason);
  });
});

describe('rows that would be lost', () => {
  it.each([
    [
      'two rows with the same id',
      'INSERT INTO movies SELECT * FROM movies WHERE id = 552',
      'movies has more than one row for some ids (1 in all, for example 552): keep one row of each',
    ],
    [
      'an id outside the range of INTEGER',
      'UPDATE movies SET id = 2147483648 WHERE id = 551',
      'movies.id can\'t become integer (value "2147483648" is out of range for type integer)',
    ],
    [
      'a row without an id',
      'UPDATE movies SET id = NULL WHERE id = 551',
      'column "id" of relation "movies" contains null values: give those rows a value, or delete them',
    ],
    [
      'a runtime with a fraction',
      'UPDATE movies SET runtime = 99.5 WHERE id = 550',
      `movies.runtime can't become integer`,
    ],
    [
      'a trailer key of more than 100 characters',
      `ALTER TABLE movies ADD COLUMN trailer_key TEXT; UPDATE movies SET trailer_key = repeat('x', 101)`,
      'movies: value too long for type character varying(100)',
    ],
  ])('the upgrade refuses %s and changes nothing', async (_, sql, reason) => {
    expect((await refusalAfter(`${PANDAS}; ${sql}`)).message).toContain(reason);
  });

  it('the upgrade refuses values that do not convert, and names each of their columns', async () => {
    const { message } = await refusalAfter(`${PANDAS} ALTER TABLE movies ALTER release_date TYPE TEXT;
      UPDATE movies SET release_date = 'next summer', genres = $$['Drama']$$ WHERE id = 550`);
    expect(message).toContain(`movies.genres can't become jsonb`);
    expect(message).toContain(
      'movies.release_date can\'t become date (invalid input syntax for type date: "next',
    );
  });
});

describe('constraints that runs would violate', () => {
  it.each([
    [
      'an added column that requires a value',
      'ALTER TABLE movies ADD COLUMN owner TEXT; UPDATE movies SET owner = 1; ALTER TABLE movies ALTER owner SET NOT NULL',
      'null value in column "owner" of relation "movies" violates not-null constraint',
    ],
    [
      'a check that a movie without details violates',
      'ALTER TABLE movies ADD CHECK (title IS NOT NULL)',
      'violates check constraint "movies_title_check"',
    ],
    [
      'a check that does not allow every status',
      `ALTER TABLE pipeline_runs ADD CHECK (status IN ('RUNNING', 'SUCCESS', 'FAILED'))`,
      'violates check constraint "pipeline_runs_status_check"',
    ],
  ])('the upgrade refuses %s and changes nothing', async (_, sql, reason) => {
    const { message } = await refusalAfter(`${V3} ${sql}`);
    expect(message).toContain(reason);
    expect(message).toContain('Give the column a default or allow NULL, or drop the constraint');
  });
});
