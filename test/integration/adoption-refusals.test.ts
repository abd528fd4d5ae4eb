import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { DatabaseError } from '../../src/database/errors/database-error.js';
import { PANDAS, V3 } from '../support/old-databases.js';
import { refusal } from '../support/refusal.js';
import { ScratchDatabase } from './scratch-database.js';

let database: ScratchDatabase;

beforeEach(async () => {
  database = await ScratchDatabase.create();
});

afterEach(async () => {
  await database.drop();
});

function refused(sql: string): Promise<DatabaseError> {
  return database.query(sql).then(() => refusal(database));
}

describe('a table of one of our names that is something else', () => {
  it.each([
    [
      'screenings of a cinema',
      'CREATE TABLE movies (id UUID, title TEXT, screen INTEGER)',
      'its id is a uuid',
    ],
    [
      'a collection of discs',
      'CREATE TABLE movies (id SERIAL, title TEXT, shelf TEXT)',
      'it has no overview',
    ],
    ['without an id', 'CREATE TABLE movies (name TEXT, year INTEGER)', 'it has no id'],
    ['genres of music', 'CREATE TABLE genres (id INTEGER, parent INTEGER, bpm INTEGER)', 'it has no name'],
    ['runs of another pipeline', 'CREATE TABLE pipeline_runs (id TEXT, dag TEXT)', 'it has no run_date'],
    ['categories of a shop', 'CREATE TABLE movie_categories (id INTEGER)', 'it has no category, movie_id'],
    ['a view', 'CREATE VIEW movies AS SELECT 1 AS id, 2 AS popularity', 'is a view'],
    [
      'partitioned',
      'CREATE TABLE movies (id INT, genres JSONB) PARTITION BY RANGE (id)',
      'is a partitioned table',
    ],
  ])('stops the upgrade: %s', async (_, sql, why) => {
    const { code, message } = await refused(`${sql}; CREATE TABLE other (id INTEGER)`);
    expect(code).toBe('NOT_ADOPTABLE');
    expect(message).toContain('Nothing was changed');
    expect(message).toContain(why);
    expect(message).toContain('rename it, or add another ?schema= to DATABASE_URL');
  });
});

describe('rows that would be lost', () => {
  it.each([
    [
      'two of one id that differ',
      `UPDATE movies SET title = 'Other' WHERE ctid = (SELECT max(ctid) FROM movies)`,
      'has 1 id with rows that differ, for example 552: keep one row of each',
    ],
    [
      'an id beyond INTEGER',
      'UPDATE movies SET id = 2147483648 WHERE id = 551',
      '"id" (bigint) holds 1 value',
    ],
    [
      'no id',
      'UPDATE movies SET id = NULL WHERE id = 551',
      'has 1 row without id: fill it in or delete them',
    ],
    [
      'a text that is no date',
      `UPDATE movies SET release_date = 'next summer' WHERE id = 551`,
      `"release_date" (text) holds 1 value that can't become date, for example where id is 551`,
    ],
    ['a day that there is not', `UPDATE movies SET release_date = '2025-02-30'`, 'holds 4 values'],
    [
      'a text that is no JSON',
      `UPDATE movies SET genres = '["Drama"' WHERE id = 550`,
      `"genres" (text) holds 1 value that can't become jsonb, for example where id is 550`,
    ],
    [
      'half a minute',
      'UPDATE movies SET runtime = 99.5 WHERE id = 550',
      '"runtime" (double precision) holds 1',
    ],
    [
      'a genre of half an id',
      'UPDATE genres SET id = 18.5 WHERE id = 18',
      '"genres"."id" (double precision)',
    ],
    [
      'a trailer key that is too long',
      `ALTER TABLE movies ADD COLUMN trailer_key TEXT; UPDATE movies SET trailer_key = repeat('x', 101)`,
      `"trailer_key" (text) holds 4 values that can't become character varying(100)`,
    ],
  ])('stop the upgrade: %s', async (_, sql, why) => {
    const { code, message } = await refused(`${PANDAS}; ${sql}`);
    expect(code).toBe('NOT_ADOPTABLE');
    expect(message).toContain(why);
  });

  it('are all named at once, and none of their values', async () => {
    const { message } = await refused(`${PANDAS};
      UPDATE movies SET release_date = 'secret', genres = 'secret'; UPDATE genres SET id = 0.5`);
    expect(message).not.toContain('secret');
    expect(message.split('\n')).toHaveLength(4);
  });
});

describe('what PostgreSQL would refuse the pipeline later', () => {
  it.each([
    [
      'a column that must be filled',
      'ALTER TABLE movies ADD COLUMN owner TEXT NOT NULL DEFAULT 1; ALTER TABLE movies ALTER owner DROP DEFAULT',
      '"owner" is required and has no default',
    ],
    [
      'titles that must differ',
      'ALTER TABLE movies ADD UNIQUE (title)',
      'DROP CONSTRAINT "movies_title_key"',
    ],
    [
      'a check',
      'ALTER TABLE movies ADD CONSTRAINT long CHECK (length(overview) > 2) NOT VALID, ADD CHECK (title IS NOT NULL)',
      'DROP CONSTRAINT "movies_title_check"',
    ],
    [
      'a genre that must be known',
      'ALTER TABLE movies ADD FOREIGN KEY (vote_count) REFERENCES genres',
      'may only hold what another table has',
    ],
    ['a rule', 'CREATE RULE keep AS ON DELETE TO movies DO INSTEAD NOTHING', 'has rules'],
    [
      'rows that it could not see',
      'ALTER TABLE movies FORCE ROW LEVEL SECURITY, ENABLE ROW LEVEL SECURITY',
      'NO FORCE ROW LEVEL SECURITY',
    ],
    ['a child table', 'CREATE TABLE child () INHERITS (movies)', 'NO INHERIT'],
  ])('stops the upgrade: %s', async (_, change, why) => {
    const sql = `${V3}; UPDATE movies SET vote_count = NULL; ${change}`;
    expect((await refused(sql)).message).toContain(why);
  });
});

describe('what hangs on a column and cannot be put back', () => {
  it.each([
    [
      'a trigger on the column',
      `CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
       CREATE TRIGGER retitled AFTER UPDATE OF title ON movies FOR EACH ROW EXECUTE FUNCTION f()`,
      'has to change its type, which trigger retitled on table movies prevents',
    ],
    [
      'a computed column',
      'ALTER TABLE movies ADD COLUMN size INTEGER GENERATED ALWAYS AS (length(title)) STORED',
      'has to change its type, which computed column size prevents',
    ],
    [
      'a view with a trigger',
      `CREATE VIEW v AS SELECT title FROM movies;
       CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
       CREATE TRIGGER written INSTEAD OF INSERT ON v FOR EACH ROW EXECUTE FUNCTION f()`,
      'view public.v',
    ],
    [
      'a function of a view',
      `CREATE VIEW v AS SELECT title FROM movies;
       CREATE FUNCTION f() RETURNS SETOF v LANGUAGE sql AS 'SELECT * FROM v'`,
      'function public.f()',
    ],
    [
      'a foreign key of another type',
      `ALTER TABLE movies ALTER id TYPE NUMERIC;
       CREATE TABLE marks (movie NUMERIC REFERENCES movies)`,
      'keeps movie ids as numeric',
    ],
    [
      'a key that others rely on',
      `ALTER TABLE movies DROP CONSTRAINT movies_pkey, ADD COLUMN row SERIAL PRIMARY KEY;
       CREATE TABLE marks (movie INTEGER REFERENCES movies)`,
      'has another primary key, which foreign keys rely on',
    ],
  ])('stops the upgrade: %s', async (_, sql, why) => {
    expect((await refused(`${V3}; ${sql}`)).message).toContain(why);
  });
});
