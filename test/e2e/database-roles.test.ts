import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createApp } from '../../src/app/bootstrap.js';
import { loadServiceConfig } from '../../src/config/load-config.js';
import { BackgroundIndexes } from '../../src/movies/indexes/background-indexes.js';
import { JobQueue } from '../../src/queue/job-queue.js';
import { Sandbox } from '../../src/sandbox/sandbox.js';
import { type CommandResult, runCommand } from '../support/command-line.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { withClient } from '../support/test-server.js';

const PASSWORD = 'only-for-tests-0f7c2e9a4b6d8135e1';
const READER = 'movie_pipeline_reader';
/** A name that must be quoted. */
const ROLE = `role "x"; -- ${randomBytes(5).toString('hex')}_test`;
const quoted = `"${ROLE.replaceAll('"', '""')}"`;

let sandbox: Sandbox;
let database: TestDatabase;

beforeAll(async () => {
  sandbox = await Sandbox.start({ movies: 200, people: 3 });
  database = await createTestDatabase();
  await database.query(`CREATE ROLE ${quoted} LOGIN PASSWORD '${PASSWORD}'`);
  await database.query('CREATE TABLE of_another_application AS SELECT 1 AS n');
});

afterAll(async () => {
  await database.query(`DROP OWNED BY ${quoted}; DROP ROLE ${quoted}`);
  await sandbox.stop();
  await database.drop();
});

function urlOf(role: string): string {
  const url = new URL(database.url);
  url.username = encodeURIComponent(role);
  url.password = PASSWORD;
  return url.href;
}

function environment(databaseUrl: string): Record<string, string> {
  return {
    TMDB_API_KEY: '0'.repeat(32),
    TMDB_BASE_URL: sandbox.url,
    TMDB_REQUESTS_PER_SECOND: '100000',
    DATABASE_URL: databaseUrl,
    JWT_SECRET: PASSWORD,
    LOG_LEVEL: 'fatal',
  };
}

function asOwner(...args: readonly string[]): Promise<CommandResult> {
  return runCommand(args, { env: environment(database.url) });
}

function asRole(...args: readonly string[]): Promise<CommandResult> {
  return runCommand(args, { env: environment(urlOf(ROLE)) });
}

describe('migrate --grant-to', () => {
  it('the service and a run work as a role that owns nothing', async () => {
    expect(await asRole('status')).toMatchObject({ code: 1 });
    const { code, stdout } = await asOwner('migrate', '--grant-to', ROLE, '--json');
    expect([code, JSON.parse(stdout)]).toEqual([0, { applied: [], upgradedLegacy: false, grantedTo: ROLE }]);
    const run = await asRole('run', '--categories', 'popular', '--pages', '2', '--json');
    expect(run).toMatchObject({ code: 0 });
    expect(JSON.parse(run.stdout)).toMatchObject({ status: 'SUCCESS', enriched: 50 });
    expect(await asRole('scheduler', 'stop')).toMatchObject({ code: 0 });

    const app = await createApp(loadServiceConfig(environment(urlOf(ROLE)), ['api', 'scheduler', 'worker']));
    await app.init();
    expect(app.get(JobQueue).isStarted).toBe(true);
    // The owner has built what the role may not build.
    expect(await app.get(BackgroundIndexes).missing()).toEqual([]);
    await app.close();
  });

  it('the role can change our rows, and neither the tables nor those of others', async () => {
    await withClient(urlOf(ROLE), async (client) => {
      for (const statement of [
        'CREATE TABLE public.mine ()',
        'ALTER TABLE movies ADD COLUMN mine int',
        'TRUNCATE movies',
        'DELETE FROM _prisma_migrations',
        'SELECT n FROM of_another_application',
      ]) {
        await expect(client.query(statement)).rejects.toMatchObject({ code: '42501' });
      }
    });
  });

  it('a role that may not migrate is told who may, and nothing changes', async () => {
    const [last] = await database.query<{ name: string; row: object }>(
      `DELETE FROM _prisma_migrations AS m WHERE started_at = (SELECT max(started_at) FROM _prisma_migrations)
       RETURNING migration_name AS name, to_jsonb(m) AS row`,
    );
    const { code, stderr } = await asRole('migrate');
    await database.query(
      'INSERT INTO _prisma_migrations SELECT (jsonb_populate_record(NULL::_prisma_migrations, $1)).*',
      [JSON.stringify(last!.row)],
    );
    expect(code).toBe(1);
    expect(stderr).toContain(`lacks ${last!.name}, and its tables belong to`);
    expect(stderr).toContain('npx movie-pipeline migrate --grant-to "role');
  });

  it('an unknown role is reported with the statement that creates it', async () => {
    const { code, stderr } = await asOwner('migrate', '--grant-to', 'nobody "at all"');
    expect(code).toBe(1);
    expect(stderr).toContain('the server has no role "nobody ""at all""". Create it (CREATE ROLE');
  });

  it('the embedded database is refused, since its roles are there already', async () => {
    const { code, stderr } = await runCommand(['migrate', '--grant-to', 'me'], { env: {} });
    expect(code).toBe(2);
    expect(stderr).toContain('--grant-to needs DATABASE_URL');
  });
});

describe('reading by SQL', () => {
  beforeAll(async () => {
    await database.query(`
      INSERT INTO movies (id, title, vote_average, genres, release_date, "cast", crew) VALUES
        (900001, 'The "first"', 7.5, '["Drama"]', '1999-03-31',
         '[{"id": 1, "name": "Ann", "character": "Eve", "order": 0, "profile_path": "/a.jpg"},
           {"id": 2, "name": "Bob", "character": "Adam", "order": 1, "profile_path": null}]',
         '[{"id": 3, "name": "Cy", "job": "Director", "department": "Directing", "profile_path": null}]'),
        (900002, NULL, NULL, NULL, NULL, '[]', '{"not": "a list"}'),
        (900003, '', NULL, NULL, NULL, '[{"id": "x", "name": "Di"}]', NULL)`);
  });

  it('movie_cast and movie_crew have one row a person', async () => {
    expect(await database.query('SELECT * FROM movie_cast WHERE movie_id > 900000')).toEqual([
      {
        movie_id: 900001,
        person_id: 1,
        name: 'Ann',
        character: 'Eve',
        billing_order: 0,
        profile_path: '/a.jpg',
      },
      {
        movie_id: 900001,
        person_id: 2,
        name: 'Bob',
        character: 'Adam',
        billing_order: 1,
        profile_path: null,
      },
      {
        movie_id: 900003,
        person_id: null,
        name: 'Di',
        character: null,
        billing_order: null,
        profile_path: null,
      },
    ]);
    expect(await database.query('SELECT * FROM movie_crew WHERE movie_id > 900000')).toEqual([
      {
        movie_id: 900001,
        person_id: 3,
        name: 'Cy',
        job: 'Director',
        department: 'Directing',
        profile_path: null,
      },
    ]);
  });

  const QUERY = `SELECT id, title, vote_average, genres, release_date, id > 900001 AS late, 1e30::numeric AS big
                   FROM movies WHERE id > 900000 ORDER BY id; -- all`;

  it('sql prints an aligned table, JSON with types, or CSV', async () => {
    const text = await asOwner('sql', QUERY);
    expect(text.stdout.split('\n').slice(0, 4).join('\n')).toMatchInlineSnapshot(`
     "id      title        vote_average  genres     release_date  late  big
     ──────  ───────────  ────────────  ─────────  ────────────  ────  ───────────────────────────────
     900001  The "first"  7.5           ["Drama"]  1999-03-31    f     1000000000000000000000000000000
     900002                                                      t     1000000000000000000000000000000"
    `);
    const { rows, is_cut } = JSON.parse((await asOwner('sql', QUERY, '--json')).stdout) as {
      rows: object[];
      is_cut: boolean;
    };
    expect(is_cut).toBe(false);
    expect(rows[0]).toEqual({
      id: 900001,
      title: 'The "first"',
      vote_average: 7.5,
      genres: ['Drama'],
      release_date: '1999-03-31',
      late: false,
      big: `1${'0'.repeat(30)}`,
    });
    const csv = await asOwner(
      'sql',
      'SELECT id, title, genres FROM movies WHERE id > 900000 ORDER BY 1',
      '--csv',
    );
    expect(csv.stdout).toBe('id,title,genres\n900001,"The ""first""","[""Drama""]"\n900002,,\n900003,"",\n');
  });

  it('sql prints at most 1,000 rows, and reports when there are more', async () => {
    const exact = await asOwner('sql', 'SELECT generate_series(1, 1000)', '--csv');
    expect([exact.stdout.split('\n').length, exact.stderr]).toEqual([1_002, '']);
    const more = await asOwner('sql', 'SELECT generate_series(1, 1001)', '--csv');
    expect(more.stdout).toBe(exact.stdout);
    expect(more.stderr).toContain('Only the first 1,000 rows.');
  });

  it.each([
    ['SELECT titel FROM movies', 'column "titel" does not exist. Perhaps you meant to reference the column'],
    ['DELETE FROM movies', 'Give one query that returns rows: SELECT, WITH, VALUES or TABLE.'],
    ['SELECT 1; DELETE FROM movies', 'cannot insert multiple commands'],
    ["SELECT set_config('transaction_read_only', 'off', false)", 'must be set before any query'],
    ["SELECT nextval('pipeline_runs_id_seq')", 'Only queries that read can be run.'],
  ])('sql refuses %s, and explains it', async (query, reason) => {
    const { code, stderr } = await asOwner('sql', query);
    expect(code).toBe(1);
    expect(stderr).toContain(reason);
  });

  it("psql-url prints the statements for a reader of one's own server, and they suffice", async () => {
    const { stdout } = await asOwner('psql-url', '--json');
    const { statements, ...rest } = JSON.parse(stdout) as { statements: string[] };
    expect(rest).toEqual({ url: null, role: READER });
    // The embedded test server has a reader already.
    const reader = `${READER}_${randomBytes(5).toString('hex')}_test`;
    await database.query(statements.join('\n').replaceAll(READER, reader).replace('…', PASSWORD));
    await withClient(urlOf(reader), async (client) => {
      const { rows } = await client.query(
        `SELECT title FROM movie_cast JOIN movies ON id = movie_id WHERE name = 'Ann'`,
      );
      expect(rows).toEqual([{ title: 'The "first"' }]);
      for (const table of ['pipeline_users', 'pipeline_runs', 'scheduler_jobs', 'of_another_application'])
        await expect(client.query(`TABLE ${table}`)).rejects.toMatchObject({ code: '42501' });
      await expect(client.query('DELETE FROM movies')).rejects.toMatchObject({ code: '25006' });
    });
    await database.query(`DROP OWNED BY ${reader}; DROP ROLE ${reader}`);
  });
});
