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

/** The lines of a snapshot that match a pattern: the definitions and, if `rows`, the rows. */
async function snapshotLines(pattern: RegExp, { rows = false } = {}): Promise<readonly string[]> {
  return (await database.snapshot()).filter(
    (line) => pattern.test(line) && (rows || !line.includes(' holds ')),
  );
}

describe('tables of another application', () => {
  it('tables of another application keep their rows and their foreign keys to movies', async () => {
    await database.query(`${SQLALCHEMY} CREATE TABLE alembic_version (version_num VARCHAR(32) PRIMARY KEY);
      INSERT INTO alembic_version VALUES ('a1'); CREATE TABLE movies_backup AS SELECT id FROM movies`);
    const pattern = /watchlist|(?<!pipeline_)users|alembic|backup/;
    const before = await snapshotLines(pattern, { rows: true });
    await migrateDatabase(database.url);
    expect(await snapshotLines(pattern, { rows: true })).toEqual(before);
    expect(before.join()).toContain('REFERENCES movies(id)');
    await expect(database.query('DELETE FROM movies WHERE id = 550')).rejects.toThrow('watchlist');
  });

  it('foreign keys to movies survive an upgrade that changes the type of the id', async () => {
    await database.query(`${PANDAS} ALTER TABLE movies ADD PRIMARY KEY (id);
      CREATE TABLE marks (movie_id BIGINT REFERENCES movies ON DELETE CASCADE); INSERT INTO marks VALUES (550)`);
    const before = await snapshotLines(/marks/);
    await migrateDatabase(database.url);
    expect(await snapshotLines(/marks/)).toEqual(before);
    await database.query('DELETE FROM movies WHERE id = 550');
    expect(await database.query('SELECT * FROM marks')).toEqual([]);
  });
});

describe('additions of the owner', () => {
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

  it('added columns with their values, checks, indexes and comments survive the upgrade', async () => {
    const pattern = /\.notes|seen_on|plausible|by_title|by_genre|comment/;
    // PostgreSQL prints VARCHAR with a cast and TEXT without one.
    const definitions = async (): Promise<readonly string[]> =>
      (await snapshotLines(pattern)).map((line) => line.replace(/::text|[()]/g, ''));
    const before = await definitions();
    await migrateDatabase(database.url);
    expect(await definitions()).toEqual(before);
    expect(before.length).toBeGreaterThan(5);
    expect(await database.query('SELECT notes, seen_on::text FROM movies ORDER BY id')).toEqual([
      { notes: 'great', seen_on: '2025-02-03' },
      { notes: 'none', seen_on: null },
      { notes: 'none', seen_on: null },
    ]);
  });

  it('an added column with the name of a new column gets the type of that column and keeps its values', async () => {
    await migrateDatabase(database.url);
    expect(await schemaShape(database)).toContain('movies.imdb_id text');
    expect(await database.query('SELECT imdb_id FROM movies WHERE id = 550')).toEqual([
      { imdb_id: 'tt0137523' },
    ]);
  });

  it('an added column with the name and another type of a column of richer movies is renamed and keeps its values', async () => {
    await database.query(`ALTER TABLE movies ADD COLUMN origin_country TEXT, ADD COLUMN video BOOLEAN NOT NULL DEFAULT false;
      UPDATE movies SET origin_country = 'USA'; CREATE VIEW origins AS SELECT origin_country FROM movies`);
    await migrateDatabase(database.url);
    const shape = await schemaShape(database);
    expect(shape).toEqual(expect.arrayContaining(['movies.origin_country jsonb', 'movies.video boolean']));
    expect(
      await database.query('SELECT DISTINCT origin_country, origin_country_v3, video FROM movies'),
    ).toEqual([{ origin_country: null, origin_country_v3: 'USA', video: false }]);
    expect(await database.query('SELECT DISTINCT origin_country FROM origins')).toEqual([
      { origin_country: 'USA' },
    ]);
  });

  it('an added table with the name of a table of richer movies stops the migration with the remedy', async () => {
    await database.query('CREATE TABLE movie_releases (movie_id INTEGER, disc TEXT)');
    await expect(migrateDatabase(database.url)).rejects.toThrow(
      'needs tables of the name movie_releases, and there are others of that name. Rename them, then start again.',
    );
    await database.query('ALTER TABLE movie_releases RENAME TO discs');
    await migrateDatabase(database.url);
    expect(await database.query('SELECT * FROM movie_releases')).toEqual([]);
  });

  it('added triggers survive the upgrade and fire only for later writes', async () => {
    await migrateDatabase(database.url);
    // A later migration writes 552, whose amounts are unknown.
    expect(await database.query('SELECT movie_id FROM changes')).toEqual([{ movie_id: 552 }]);
    await database.query('INSERT INTO movies (id) VALUES (600)');
    expect(await database.query('SELECT movie_id FROM changes')).toEqual([
      { movie_id: 552 },
      { movie_id: 600 },
    ]);
  });

  it('granted privileges survive the upgrade', async () => {
    const { name } = await database.addRole();
    await database.query(`GRANT SELECT ON movies TO ${name}; GRANT UPDATE (notes) ON movies TO ${name}`);
    await migrateDatabase(database.url);
    const [privileges] = await database.query(
      `SELECT has_table_privilege('${name}', 'movies', 'SELECT') AS table,
              has_column_privilege('${name}', 'movies', 'notes', 'UPDATE') AS notes,
              has_column_privilege('${name}', 'movies', 'title', 'UPDATE') AS title`,
    );
    expect(privileges).toEqual({ table: true, notes: true, title: false });
  });
});

describe('views', () => {
  it('a view that reads no changed column survives the upgrade', async () => {
    await database.query(`${V3} CREATE VIEW scores AS SELECT id, vote_average FROM movies`);
    const [before] = await database.query(`SELECT 'scores'::regclass::oid AS oid`);
    await migrateDatabase(database.url);
    expect(await database.query(`SELECT 'scores'::regclass::oid AS oid`)).toEqual([before]);
  });
});

describe('the schema of the URL', () => {
  it('old tables in another schema are upgraded there and nowhere else', async () => {
    await database.query(`CREATE SCHEMA "Movie Club"; SET search_path = "Movie Club"; ${PANDAS}`);
    const url = new URL(database.url);
    url.searchParams.set('schema', 'Movie Club');
    await expect(migrateDatabase(url.href)).resolves.toMatchObject({ upgradedLegacy: true });
    const empty = await ScratchDatabase.create();
    await migrateDatabase(empty.url);
    const freshShape = await schemaShape(empty);
    await empty.drop();
    expect(await schemaShape(database, 'Movie Club')).toEqual(expect.arrayContaining([...freshShape]));
    expect(await database.query(`SELECT 1 FROM pg_tables WHERE schemaname = 'public'`)).toEqual([]);
    const open = await openDatabase({ url: url.href, poolSize: 1, dataDir: '/nonexistent' });
    expect(await open.prisma.movie.count()).toBe(3);
    await open.close();
  });
});
