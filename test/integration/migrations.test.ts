import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { parseDatabaseUrl } from '../../src/database/connection/database-url.js';
import { connectClient } from '../../src/database/connection/pool.js';
import { readMigrationFolder } from '../../src/database/migrations/migration-files.js';
import { migrateDatabase } from '../../src/database/migrations/migrator.js';
import { openDatabase, type OpenDatabase } from '../../src/database/connection/open-database.js';
import { JobQueue } from '../../src/queue/job-queue.js';
import { refusal } from '../support/refusal.js';
import { ScratchDatabase } from '../support/scratch-database.js';

const { migrations } = await readMigrationFolder();
const [baseline, ...later] = migrations;
const BASELINE = baseline.name;
const ALL = migrations.map(({ name }) => name);

let database: ScratchDatabase;

beforeEach(async () => {
  database = await ScratchDatabase.create();
});

afterEach(async () => {
  await database.drop();
});

function withParameter(url: string, name: string, value: string): string {
  const changed = new URL(url);
  changed.searchParams.set(name, value);
  return changed.href;
}

describe('migrating an empty database', () => {
  it('migrating an empty database applies every migration and reports them', async () => {
    await expect(migrateDatabase(database.url)).resolves.toMatchObject({
      applied: ALL,
      upgradedLegacy: false,
    });
  });

  it('the folder of migrations is read once, so that an upgrade of its files does not change a running process', async () => {
    expect(await readMigrationFolder()).toBe(await readMigrationFolder());
  });

  it('migrating writes the same history as `prisma migrate deploy`', async () => {
    await migrateDatabase(database.url);
    const sql = await readFile(`prisma/migrations/${BASELINE}/migration.sql`);
    const [row] = await database.query(
      `SELECT *, id ~ '^[0-9a-f-]{36}$' AS "hasId", finished_at >= started_at AS finished FROM _prisma_migrations ORDER BY started_at`,
    );
    expect(row).toMatchObject({
      hasId: true,
      checksum: createHash('sha256').update(sql).digest('hex'),
      finished: true,
      migration_name: BASELINE,
      logs: null,
      rolled_back_at: null,
      applied_steps_count: 1,
    });
  });

  it('migrating a second time changes nothing', async () => {
    await migrateDatabase(database.url);
    const before = await database.snapshot();
    await expect(migrateDatabase(database.url)).resolves.toMatchObject({
      applied: [],
      upgradedLegacy: false,
    });
    expect(await database.snapshot()).toEqual(before);
  });

  it('concurrent processes apply each migration once', async () => {
    const reports = await Promise.all(Array.from({ length: 5 }, () => migrateDatabase(database.url)));
    expect(reports.flatMap((report) => report.applied)).toEqual(ALL);
    expect(await database.query('SELECT 1 FROM _prisma_migrations')).toHaveLength(ALL.length);
  });

  it('migrating creates the schema of ?schema=, and no table outside it', async () => {
    await migrateDatabase(withParameter(database.url, 'schema', 'Movie Club'));
    const rows = await database.query<{ schema: string }>(
      `SELECT DISTINCT schemaname AS schema FROM pg_tables WHERE schemaname !~ '^(pg_|information_schema)'`,
    );
    expect(rows).toEqual([{ schema: 'Movie Club' }]);
  });

  it("without ?schema= migrating uses the role's own schema, as psycopg2 did", async () => {
    await database.query('CREATE SCHEMA movies');
    await migrateDatabase(withParameter(database.url, 'options', '-csearch_path=movies,public'));
    expect(await database.query(`SELECT to_regclass('movies.movies') IS NOT NULL AS found`)).toEqual([
      { found: true },
    ]);
  });

  it('migrating keeps the tables of other programs', async () => {
    await database.query('CREATE TABLE users (id int); INSERT INTO users VALUES (7)');
    await expect(migrateDatabase(database.url)).resolves.toMatchObject({
      applied: ALL,
      upgradedLegacy: false,
    });
    expect(await database.query('SELECT id FROM users')).toEqual([{ id: 7 }]);
  });

  it('migrating resumes after a first start that was killed amid the baseline', async () => {
    await database.query(baseline.sql);
    await database.query('DROP TABLE movie_categories, movies');
    await database.query(HISTORY);
    await database.query(
      `INSERT INTO _prisma_migrations (id, checksum, migration_name) VALUES ('begun', '${baseline.checksum}', '${BASELINE}')`,
    );
    await expect(migrateDatabase(database.url)).resolves.toMatchObject({ applied: ALL });
    expect(await database.query('SELECT count(*)::int AS movies FROM movies')).toEqual([{ movies: 0 }]);
    const [begun] = await database.query(
      `SELECT rolled_back_at IS NOT NULL AS "isRolledBack" FROM _prisma_migrations WHERE id = 'begun'`,
    );
    expect(begun).toEqual({ isRolledBack: true });
  });

  it('migrating sets unknown amounts to NULL, writes no other row, and leaves updated_at', async () => {
    const upTo = (name: string): string =>
      migrations
        .slice(0, ALL.indexOf(name))
        .map(({ sql }) => sql)
        .join(';');
    await database.query(upTo('0008_unknown_is_null'));
    await database.query(`
      INSERT INTO movies (id, runtime, budget, revenue, vote_average, vote_count) VALUES
        (1, 0, 0, 0, 0, 0), (2, 90, 0, 5, 6.5, 3), (3, 90, 1, 5, 6.5, 3), (4, NULL, NULL, NULL, 7, 0),
        (5, NULL, NULL, NULL, 7, NULL), (6, NULL, NULL, NULL, 0, NULL), (7, NULL, NULL, NULL, NULL, 0)`);
    const state = 'SELECT id, xmin::text AS version, updated_at FROM movies ORDER BY id';
    const before = await database.query<{ id: number; version: string; updated_at: Date }>(state);
    await database.query(migrations.find(({ name }) => name === '0008_unknown_is_null')!.sql);
    const after = await database.query<(typeof before)[number]>(state);
    const written = after.filter(({ version }, index) => version !== before[index]!.version);
    expect(written.map(({ id }) => id)).toEqual([1, 2, 4, 6]);
    expect(after.map(({ updated_at: at }) => at)).toEqual(before.map(({ updated_at: at }) => at));
    const rows = await database.query<{ row: string }>(
      `SELECT concat_ws(' ', id, coalesce(runtime::text, '-'), coalesce(budget::text, '-'), coalesce(revenue::text, '-'),
         coalesce(vote_average::text, '-'), coalesce(vote_count::text, '-')) AS row FROM movies ORDER BY id`,
    );
    expect(rows.map(({ row }) => row)).toEqual([
      ...[
        '1 - - - - 0',
        '2 90 - 5 6.5 3',
        '3 90 1 5 6.5 3',
        '4 - - - - 0',
        '5 - - - 7 -',
        '6 - - - - -',
        '7 - - - - 0',
      ],
    ]);
  });

  it('migrating to richer movies writes no row', async () => {
    const [last] = migrations.filter(({ name }) => name === '0010_richer_movies');
    for (const { sql } of migrations.slice(0, migrations.indexOf(last!))) await database.query(sql);
    await database.query(`INSERT INTO movies (id, title, homepage, enriched_at, updated_at)
      SELECT id, 'Title', 'https://a.example/', now(), '2020-01-02' FROM generate_series(1, 100) AS id`);
    const state = `SELECT id, xmin::text AS version, updated_at, pg_relation_filenode('movies') AS file FROM movies ORDER BY id`;
    const before = await database.query(state);
    await database.query(last!.sql);
    expect(await database.query(state)).toEqual(before);
    expect(
      await database.query('SELECT count(*)::int AS n FROM movies WHERE alternative_titles IS NULL'),
    ).toEqual([{ n: 100 }]);
  });

  it.each(later)(
    'migrating can repeat $name, as after a start that was killed behind it',
    async ({ name }) => {
      for (const { sql } of migrations.slice(0, ALL.indexOf(name) + 1)) await database.query(sql);
      const before = await database.snapshot();
      await database.query(migrations.find((migration) => migration.name === name)!.sql);
      expect(await database.snapshot()).toEqual(before);
    },
  );
});

it('migrating reports who has the migration lock, and stops waiting when the process shuts down', async () => {
  const { client } = await connectClient(parseDatabaseUrl(database.url));
  await client.query(`SELECT pg_advisory_lock(hashtextextended('movie-pipeline migrations in public', 0))`);
  const shutdown = new AbortController();
  const events: object[] = [];
  const log = (event: object): void => {
    events.push(event);
    shutdown.abort('SIGINT');
  };
  await expect(migrateDatabase(database.url, log, shutdown.signal)).rejects.toBe('SIGINT');
  const { rows } = await client.query('SELECT pg_backend_pid() AS pid, current_user AS user');
  await client.end();
  expect(events).toEqual([
    expect.objectContaining({
      event: 'database.migration_waits',
      holder: expect.objectContaining({ ...(rows[0] as object), program: 'movie-pipeline' }),
    }),
  ]);
});

/** As Prisma creates it. */
const HISTORY = `CREATE TABLE _prisma_migrations (id VARCHAR(36) PRIMARY KEY, checksum VARCHAR(64) NOT NULL,
  finished_at TIMESTAMPTZ, migration_name VARCHAR(255) NOT NULL, logs TEXT, rolled_back_at TIMESTAMPTZ,
  started_at TIMESTAMPTZ NOT NULL DEFAULT now(), applied_steps_count INTEGER NOT NULL DEFAULT 0)`;

describe('a database that does not fit', () => {
  it('a database of a newer version is rejected', async () => {
    await migrateDatabase(database.url);
    await database.query(
      `INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at) VALUES ('x', 'y', '9999_later', now())`,
    );
    const { code, message } = await refusal(database);
    expect(code).toBe('AHEAD');
    expect(message).toContain('newer version (9999_later)');
  });

  it("a schema with another application's migrations is rejected", async () => {
    await migrateDatabase(database.url);
    await database.query(
      `DROP TABLE movies, movie_categories, genres, pipeline_runs, pipeline_run_errors CASCADE;
       UPDATE _prisma_migrations SET migration_name = '2020_shop'`,
    );
    const { code, message } = await refusal(database);
    expect(code).toBe('FOREIGN_MIGRATIONS');
    expect(message).toContain('2020_shop');
    expect(message).toContain('?schema=movie_pipeline');
  });

  it('a database with an edited migration is rejected', async () => {
    await migrateDatabase(database.url);
    await database.query(`UPDATE _prisma_migrations SET checksum = 'other'`);
    expect(await refusal(database)).toMatchObject({ code: 'MIGRATION_EDITED' });
  });

  it('a database that was migrated by the former text of 0006 is as good as one of the present text', async () => {
    await migrateDatabase(database.url);
    await database.query(`UPDATE _prisma_migrations
      SET checksum = '7ebc1f441a78139b0345ac427f23800fe1373a5c85628b47a2f0b76cda6d4a7b' WHERE migration_name LIKE '0006%'`);
    await expect(migrateDatabase(database.url)).resolves.toMatchObject({ applied: [] });
  });

  it('a role without CREATE on the schema gets the statement that grants it', async () => {
    const role = await database.addRole();
    await database.query('REVOKE CREATE ON SCHEMA public FROM PUBLIC');
    const { code, message } = await refusal(database, role.url);
    expect(code).toBe('NOT_PERMITTED');
    expect(message).toContain(`GRANT USAGE, CREATE ON SCHEMA "public" TO "${role.name}"`);
  });

  it('a role that may create tables but no schema gets the statement that creates the schema of the job queue', async () => {
    const role = await database.addRole();
    await database.query(`GRANT CREATE ON SCHEMA public TO ${role.name}`);
    const { code, message } = await refusal(database, role.url);
    expect(code).toBe('NOT_PERMITTED');
    expect(message).toContain(`CREATE SCHEMA "movie_pipeline_jobs" AUTHORIZATION "${role.name}";`);
    expect(message).not.toContain('GRANT');
  });

  it('a role that lost the schema of the job queue is rejected, although no migration is pending', async () => {
    await migrateDatabase(database.url);
    const role = await database.addRole();
    await database.query(
      `GRANT SELECT ON ALL TABLES IN SCHEMA public TO ${role.name}; DROP SCHEMA movie_pipeline_jobs CASCADE`,
    );
    expect(await refusal(database, role.url)).toMatchObject({ code: 'NOT_PERMITTED' });
  });

  it('a role that owns the schemas starts the job queue without CREATE on the database', async () => {
    const role = await database.addRole();
    await database.query(
      `GRANT CREATE ON SCHEMA public TO ${role.name}; CREATE SCHEMA movie_pipeline_jobs AUTHORIZATION ${role.name}`,
    );
    const open = await openDatabase({ url: role.url, poolSize: 2, dataDir: '/nonexistent' });
    const queue = new JobQueue({ pool: open.pool, schema: open.schema, use: 'send' }, open.startupRetry);
    await queue.onModuleInit();
    expect(queue.isStarted).toBe(true);
    await queue.beforeApplicationShutdown();
    await open.close();
    await database.query(`DROP OWNED BY ${role.name} CASCADE`);
  });

  it('a role without CREATE on the database gets the statement that creates the schema', async () => {
    const role = await database.addRole();
    const { code, message } = await refusal(database, withParameter(role.url, 'schema', 'movies'));
    expect(code).toBe('NOT_PERMITTED');
    expect(message).toContain(`CREATE SCHEMA "movies" AUTHORIZATION "${role.name}"`);
  });

  it.each(['LATIN1', 'WIN1252', 'SQL_ASCII', 'EUC_JP'])(
    'a database in %s is rejected, and the message names UTF8',
    async (encoding) => {
      const url = new URL(database.url);
      url.pathname += '_latin';
      const name = url.pathname.slice(1);
      await database.query(
        `CREATE DATABASE ${name} ENCODING ${encoding} LOCALE 'C' LOCALE_PROVIDER libc TEMPLATE template0`,
      );
      const { code, message } = await refusal(database, url.href);
      await database.query(`DROP DATABASE ${name}`);
      expect(code).toBe('ENCODING');
      expect(message).toContain(`has the encoding ${encoding},`);
      expect(message).toContain('createdb --encoding=UTF8 --template=template0');
    },
  );

  it('a read-only database is rejected', async () => {
    const name = new URL(database.url).pathname.slice(1);
    await database.query(`ALTER DATABASE ${name} SET default_transaction_read_only = on`);
    expect(await refusal(database)).toMatchObject({ code: 'READ_ONLY' });
  });

  it('a database that does not exist is reported with the command that creates it', async () => {
    const url = new URL(database.url);
    url.pathname = '/nowhere_test';
    const { code, message } = await refusal(database, url.href);
    expect(code).toBe('NO_SUCH_DATABASE');
    expect(message).toContain('Create it (createdb), or correct the name in DATABASE_URL');
  });

  it('an address where nothing listens is reported without the password', async () => {
    const { code, message } = await refusal(database, 'postgres://me:hunter2@127.0.0.1:1/movies_test');
    expect(code).toBe('UNREACHABLE');
    expect(message).toContain(
      "Can't use the database at 127.0.0.1:1/movies_test: it accepts no connections.",
    );
    expect(message).not.toContain('hunter2');
  });
});

describe('opening a database', () => {
  let open: OpenDatabase | undefined;

  afterEach(async () => {
    await open?.close();
    open = undefined;
  });

  const config = (): { url: string; poolSize: number; dataDir: string } => ({
    url: database.url,
    poolSize: 2,
    dataDir: '/nonexistent',
  });

  it('sessions have the settings that the service relies on, independent of those of the role', async () => {
    const name = new URL(database.url).pathname.slice(1);
    const foreign = {
      timezone: 'Asia/Tokyo',
      datestyle: 'German',
      intervalstyle: 'iso_8601',
      bytea_output: 'escape',
      standard_conforming_strings: 'off',
      default_transaction_isolation: 'serializable',
      default_transaction_deferrable: 'on',
      extra_float_digits: '-5',
      array_nulls: 'off',
      statement_timeout: '1min',
      lock_timeout: '1s',
      idle_in_transaction_session_timeout: '1s',
      idle_session_timeout: '1s',
      client_encoding: 'LATIN1',
    };
    for (const [setting, value] of Object.entries(foreign)) {
      await database.query(`ALTER DATABASE ${name} SET ${setting} = '${value}'`);
    }
    open = await openDatabase({ ...config(), url: withParameter(database.url, 'schema', 'movies') });
    const rows = await open.prisma.$queryRaw`
      SELECT current_schema()::text AS schema, current_setting('transaction_isolation') AS transaction, s.settings
        FROM (SELECT json_object_agg(lower(name), setting) AS settings FROM pg_settings
               WHERE lower(name) = ANY (${[...Object.keys(foreign), 'application_name']})) AS s`;
    expect(rows).toEqual([
      {
        schema: 'movies',
        transaction: 'read committed',
        settings: {
          application_name: 'movie-pipeline',
          timezone: 'UTC',
          datestyle: 'ISO, MDY',
          intervalstyle: 'postgres',
          bytea_output: 'hex',
          standard_conforming_strings: 'on',
          default_transaction_isolation: 'read committed',
          default_transaction_deferrable: 'off',
          extra_float_digits: '1',
          array_nulls: 'on',
          statement_timeout: '0',
          lock_timeout: '5000',
          idle_in_transaction_session_timeout: '0',
          idle_session_timeout: '0',
          client_encoding: 'UTF8',
        },
      },
    ]);
  });

  it('opening a database migrates it', async () => {
    open = await openDatabase(config());
    await open.prisma.movie.create({ data: { id: 550, title: 'Fight Club' } });
    expect(await open.prisma.movie.count()).toBe(1);
    expect(await open.health.pendingMigrations()).toEqual([]);
  });

  it('opening with migrate: check rejects a database that is not migrated', async () => {
    await expect(openDatabase(config(), { migrate: 'check' })).rejects.toMatchObject({
      code: 'NOT_MIGRATED',
    });
    expect(await database.query(`SELECT to_regclass('movies') IS NULL AS missing`)).toEqual([
      { missing: true },
    ]);
  });

  it('opening with migrate: never reports the pending migrations', async () => {
    open = await openDatabase(config(), { migrate: 'never' });
    expect(await open.health.pendingMigrations()).toEqual(ALL);
  });

  it('the pool replaces idle connections that the server has ended', async () => {
    open = await openDatabase(config());
    await database.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                           WHERE application_name = 'movie-pipeline' AND datname = current_database()`);
    await new Promise((resolve) => setImmediate(resolve));
    await expect(open.health.ping().catch(() => open?.health.ping())).resolves.toBeUndefined();
  });
});
