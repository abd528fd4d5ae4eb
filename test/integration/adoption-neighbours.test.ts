import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { migrateDatabase } from '../../src/database/migrations/migrator.js';
import { openDatabase } from '../../src/database/connection/open-database.js';
import { PANDAS, V3 } from '../support/old-databases.js';
import { schemaShape } from '../support/schema-shape.js';
import { ScratchDatabase } from './scratch-database.js';

let database: ScratchDatabase;

beforeEach(async () => {
  database = await ScratchDatabase.create();
});

afterEach(async () => {
  await database.drop();
});

/** The lines of a picture that name what is asked for. */
async function pictured(name: RegExp): Promise<readonly string[]> {
  return (await database.picture()).filter((line) => name.test(line) && !line.includes(' holds '));
}

describe('views over our tables', () => {
  const views = (reader: string): string => `
    CREATE SCHEMA reports;
    GRANT USAGE ON SCHEMA reports TO ${reader};
    GRANT SELECT ON movies TO ${reader};
    CREATE VIEW reports.titles WITH (security_barrier = true) AS SELECT id, title FROM movies WHERE title LIKE 'F%';
    COMMENT ON VIEW reports.titles IS 'it''s the F movies';
    COMMENT ON COLUMN reports.titles.title IS 'in English';
    ALTER VIEW reports.titles ALTER COLUMN title SET DEFAULT 'F';
    GRANT SELECT ON reports.titles TO ${reader} WITH GRANT OPTION;
    GRANT UPDATE (title) ON reports.titles TO ${reader};
    GRANT SELECT ON reports.titles TO PUBLIC;
    CREATE VIEW "Top Movies" (movie, score) AS
      SELECT t.title, m.popularity * 2 FROM reports.titles AS t JOIN movies AS m USING (id);
    CREATE VIEW every_column AS SELECT * FROM movies WITH LOCAL CHECK OPTION;
    CREATE MATERIALIZED VIEW figures AS SELECT count(*) AS movies, max(movie) AS last FROM "Top Movies";
    CREATE UNIQUE INDEX figures_movies ON figures (movies);
    COMMENT ON INDEX figures_movies IS 'for REFRESH … CONCURRENTLY';
    CREATE MATERIALIZED VIEW later AS SELECT status FROM pipeline_runs WITH NO DATA;
    ALTER VIEW "Top Movies" OWNER TO ${reader};`;

  it('are put back as they were: definitions, options, grants, owners, comments and indexes', async () => {
    const { name } = await database.addRole();
    await database.query(V3 + views(name));
    const of = /titles|Top Movies|every_column|(?<!run_)figures|later/;
    const before = (await pictured(of)).map(withoutCasts);
    await migrateDatabase(database.url);
    expect((await pictured(of)).map(withoutCasts)).toEqual(before.map(followed));
    expect(before.length).toBeGreaterThan(30);
  });

  it('are filled as they were', async () => {
    const { name } = await database.addRole();
    await database.query(V3 + views(name));
    await migrateDatabase(database.url);
    expect(await database.query('SELECT * FROM figures')).toEqual([{ movies: '1', last: 'Fight Club' }]);
    await expect(database.query('SELECT * FROM later')).rejects.toThrow('has not been populated');
    await expect(database.query('REFRESH MATERIALIZED VIEW CONCURRENTLY figures')).resolves.toEqual([]);
  });

  it('are not touched where no column under them changes', async () => {
    await database.query(`${V3} CREATE VIEW scores AS SELECT id, vote_average FROM movies`);
    const [before] = await database.query(`SELECT 'scores'::regclass::oid AS oid`);
    await migrateDatabase(database.url);
    expect(await database.query(`SELECT 'scores'::regclass::oid AS oid`)).toEqual([before]);
  });
});

/** How a definition is printed depends on whether a column is VARCHAR or TEXT: what it means doesn't. */
function withoutCasts(line: string): string {
  return line.replace(/::text|[()]/g, '');
}

/** The columns of a view follow ours: VARCHAR becomes TEXT, and TIMESTAMP says its precision. */
function followed(line: string): string {
  if (line.includes('trailer_key')) return line;
  return line.replace(/character varying\d+/g, 'text').replace('timestamp without', 'timestamp6 without');
}

describe('tables that are not ours', () => {
  const watchlist = `
    CREATE TABLE watchlist (
      user_id INTEGER REFERENCES users, movie_id BIGINT REFERENCES movies (id) ON DELETE CASCADE DEFERRABLE,
      PRIMARY KEY (user_id, movie_id)
    );
    INSERT INTO watchlist VALUES (1, 550);`;

  it('keep their foreign keys to movies, and their rows', async () => {
    await database.query(V3 + watchlist);
    const before = await pictured(/watchlist|(?<!pipeline_)users/);
    await migrateDatabase(database.url);
    expect(await pictured(/watchlist|(?<!pipeline_)users/)).toEqual(before);
    expect(await database.query('SELECT * FROM watchlist')).toEqual([{ user_id: 1, movie_id: '550' }]);
    await database.query('DELETE FROM movies WHERE id = 550');
    expect(await database.query('SELECT * FROM watchlist')).toEqual([]);
  });

  it('keep them through a change of the type of the id', async () => {
    await database.query(`${V3} ALTER TABLE movies ALTER COLUMN id TYPE BIGINT; ${watchlist}`);
    const before = await pictured(/watchlist/);
    await migrateDatabase(database.url);
    expect(await pictured(/watchlist/)).toEqual(before);
  });

  it("stay as they are, Alembic's record of v3 among them", async () => {
    await database.query(`${V3} CREATE TABLE alembic_version (version_num VARCHAR(32) PRIMARY KEY);
      INSERT INTO alembic_version VALUES ('a1'); CREATE TABLE movies_backup AS SELECT * FROM movies`);
    const of = /alembic|backup|(?<!pipeline_)users/;
    const before = (await database.picture()).filter((line) => of.test(line));
    await migrateDatabase(database.url);
    expect((await database.picture()).filter((line) => of.test(line))).toEqual(before);
  });
});

describe('what the owner added to our tables', () => {
  const additions = `
    ALTER TABLE movies ADD COLUMN notes TEXT DEFAULT 'none', ADD COLUMN seen_on DATE;
    UPDATE movies SET notes = 'great', seen_on = '2025-02-03' WHERE id = 550;
    ALTER TABLE movies ADD CONSTRAINT plausible CHECK (vote_average BETWEEN 0 AND 10);
    CREATE INDEX by_title ON movies (lower(title)) WHERE title IS NOT NULL;
    CREATE INDEX by_genre ON movies USING gin (genres);
    COMMENT ON TABLE movies IS 'movies'; COMMENT ON COLUMN movies.title IS 'in English';
    CREATE TABLE changes (movie INTEGER);
    CREATE FUNCTION note_change() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN INSERT INTO changes VALUES (NEW.id); RETURN NEW; END $$;
    CREATE TRIGGER noted AFTER INSERT OR UPDATE ON movies FOR EACH ROW EXECUTE FUNCTION note_change();`;

  beforeEach(async () => {
    await database.query(V3 + additions);
  });

  it('stays: columns with their values, checks, indexes and comments', async () => {
    const of = /\.notes|seen_on|plausible|by_title|by_genre|comment/;
    const before = (await pictured(of)).map(withoutCasts);
    await migrateDatabase(database.url);
    expect((await pictured(of)).map(withoutCasts)).toEqual(before);
    expect(before.length).toBeGreaterThan(7);
    expect(await database.query('SELECT notes, seen_on::text FROM movies ORDER BY id')).toEqual([
      { notes: 'great', seen_on: '2025-02-03' },
      { notes: 'none', seen_on: null },
      { notes: 'none', seen_on: null },
    ]);
  });

  it('stays: triggers, which hear nothing of the upgrade and all of what comes after', async () => {
    await migrateDatabase(database.url);
    expect(await database.query('SELECT movie FROM changes')).toEqual([]);
    await database.query('INSERT INTO movies (id) VALUES (600)');
    expect(await database.query('SELECT movie FROM changes')).toEqual([{ movie: 600 }]);
  });

  it('stays: who may read', async () => {
    const { name } = await database.addRole();
    await database.query(`GRANT SELECT ON movies TO ${name}; GRANT UPDATE (notes) ON movies TO ${name}`);
    await migrateDatabase(database.url);
    const [rights] = await database.query(
      `SELECT has_table_privilege('${name}', 'movies', 'SELECT') AS table,
              has_column_privilege('${name}', 'movies', 'notes', 'UPDATE') AS notes,
              has_column_privilege('${name}', 'movies', 'title', 'UPDATE') AS title`,
    );
    expect(rights).toEqual({ table: true, notes: true, title: false });
  });
});

describe('an old database in a schema of its own', () => {
  it('is upgraded there, and nowhere else', async () => {
    await database.query(`CREATE SCHEMA "Movie Club"; SET search_path = "Movie Club"; ${PANDAS}`);
    const url = new URL(database.url);
    url.searchParams.set('schema', 'Movie Club');
    await expect(migrateDatabase(url.href)).resolves.toMatchObject({ adopted: true });
    const empty = await ScratchDatabase.create();
    await migrateDatabase(empty.url);
    const fresh = await schemaShape(empty);
    await empty.drop();
    expect(await schemaShape(database, 'Movie Club')).toEqual(expect.arrayContaining([...fresh]));
    expect(await database.query(`SELECT 1 FROM pg_tables WHERE schemaname = 'public'`)).toEqual([]);
    const open = await openDatabase({ url: url.href, poolSize: 1, dataDir: '/nonexistent' });
    expect(await open.prisma.movie.count()).toBe(3);
    await open.close();
  });
});
