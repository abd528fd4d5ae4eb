import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { migrateDatabase } from '../../src/database/migrations/migrator.js';
import { openDatabase } from '../../src/database/connection/open-database.js';
import { PANDAS, SQLALCHEMY, V3 } from '../support/old-databases.js';
import { schemaShape } from '../support/schema-shape.js';
import { ScratchDatabase } from '../support/scratch-database.js';

let database: ScratchDatabase;

beforeEach(async () => {
  database = await ScratchDatabase.create();
});

afterEach(async () => {
  await database.drop();
});

/** The lines of a picture that match; without rows, those of definitions. */
async function pictured(pattern: RegExp, { rows = false } = {}): Promise<readonly string[]> {
  return (await database.snapshot()).filter(
    (line) => pattern.test(line) && (rows || !line.includes(' holds ')),
  );
}

describe("an application's own tables", () => {
  it('stay as they are, with their rows and their foreign keys to movies', async () => {
    await database.query(`${SQLALCHEMY} CREATE TABLE alembic_version (version_num VARCHAR(32) PRIMARY KEY);
      INSERT INTO alembic_version VALUES ('a1'); CREATE TABLE movies_backup AS SELECT id FROM movies`);
    const of = /watchlist|(?<!pipeline_)users|alembic|backup/;
    const before = await pictured(of, { rows: true });
    await migrateDatabase(database.url);
    expect(await pictured(of, { rows: true })).toEqual(before);
    expect(before.join()).toContain('REFERENCES movies(id)');
    await expect(database.query('DELETE FROM movies WHERE id = 550')).rejects.toThrow('watchlist');
  });

  it('keep their foreign keys when the type of the id changes', async () => {
    await database.query(`${PANDAS} ALTER TABLE movies ADD PRIMARY KEY (id);
      CREATE TABLE marks (movie_id BIGINT REFERENCES movies ON DELETE CASCADE); INSERT INTO marks VALUES (550)`);
    const before = await pictured(/marks/);
    await migrateDatabase(database.url);
    expect(await pictured(/marks/)).toEqual(before);
    await database.query('DELETE FROM movies WHERE id = 550');
    expect(await database.query('SELECT * FROM marks')).toEqual([]);
  });
});

describe('what an owner has added to our tables', () => {
  const additions = `
    ALTER TABLE movies ADD COLUMN notes TEXT DEFAULT 'none', ADD COLUMN seen_on DATE, ADD COLUMN imdb_id VARCHAR(20);
    UPDATE movies SET notes = 'great', seen_on = '2025-02-03', imdb_id = 'tt0137523' WHERE id = 550;
    ALTER TABLE movies ADD CONSTRAINT plausible CHECK (vote_average BETWEEN 0 AND 10);
    CREATE INDEX by_title ON movies (lower(title)) WHERE title IS NOT NULL;
    CREATE INDEX by_genre ON movies USING gin (genres);
    COMMENT ON TABLE movies IS 'our movies';
    CREATE TABLE changes (movie_id INTEGER);
    CREATE FUNCTION note_change() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN INSERT INTO changes VALUES (NEW.id); RETURN NEW; END $$;
    CREATE TRIGGER noted AFTER INSERT OR UPDATE ON movies FOR EACH ROW EXECUTE FUNCTION note_change();`;

  beforeEach(async () => {
    await database.query(V3 + additions);
  });

  it('stays: columns with their values, checks, indexes and comments', async () => {
    const of = /\.notes|seen_on|plausible|by_title|by_genre|comment/;
    // VARCHAR is printed with a cast, TEXT without.
    const printed = async (): Promise<readonly string[]> =>
      (await pictured(of)).map((line) => line.replace(/::text|[()]/g, ''));
    const before = await printed();
    await migrateDatabase(database.url);
    expect(await printed()).toEqual(before);
    expect(before.length).toBeGreaterThan(5);
    expect(await database.query('SELECT notes, seen_on::text FROM movies ORDER BY id')).toEqual([
      { notes: 'great', seen_on: '2025-02-03' },
      { notes: 'none', seen_on: null },
      { notes: 'none', seen_on: null },
    ]);
  });

  it('becomes ours where it has the name of a new column, and keeps its values', async () => {
    await migrateDatabase(database.url);
    expect(await schemaShape(database)).toContain('movies.imdb_id text');
    expect(await database.query('SELECT imdb_id FROM movies WHERE id = 550')).toEqual([
      { imdb_id: 'tt0137523' },
    ]);
  });

  it('stays: triggers, which fire for writes after the upgrade only', async () => {
    await migrateDatabase(database.url);
    expect(await database.query('SELECT movie_id FROM changes')).toEqual([]);
    await database.query('INSERT INTO movies (id) VALUES (600)');
    expect(await database.query('SELECT movie_id FROM changes')).toEqual([{ movie_id: 600 }]);
  });

  it('stays: the right to read', async () => {
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

describe('a view', () => {
  it('stays where no column that it reads changes', async () => {
    await database.query(`${V3} CREATE VIEW scores AS SELECT id, vote_average FROM movies`);
    const [before] = await database.query(`SELECT 'scores'::regclass::oid AS oid`);
    await migrateDatabase(database.url);
    expect(await database.query(`SELECT 'scores'::regclass::oid AS oid`)).toEqual([before]);
  });
});

describe('an old database in a schema of its own', () => {
  it('is upgraded there, and nowhere else', async () => {
    await database.query(`CREATE SCHEMA "Movie Club"; SET search_path = "Movie Club"; ${PANDAS}`);
    const url = new URL(database.url);
    url.searchParams.set('schema', 'Movie Club');
    await expect(migrateDatabase(url.href)).resolves.toMatchObject({ upgradedLegacy: true });
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
