import { createHash, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, Pool, type QueryResult } from 'pg';
import { readMigrationFolder } from '../../src/database/migrations/migration-files.js';
import { migrateDatabase } from '../../src/database/migrations/migrator.js';
import { systemClock } from '../../src/common/system-clock.js';
import { MOVIE_INDEXES } from '../../src/movies/indexes/movie-indexes.js';
import { QUEUES } from '../../src/queue/queues.js';
import { joinTestServer, withClient, withDatabase, type TestServer } from './test-server.js';

/** A database for one test. */
export interface TestDatabase {
  readonly url: string;
  /** Runs one statement, or several without values, and returns the rows of the last. */
  query<Row extends object = Record<string, unknown>>(sql: string, values?: unknown[]): Promise<Row[]>;
  /** @throws Error when the test left a connection open, after dropping the database */
  drop(): Promise<void>;
}

/**
 * Creates a migrated database, as a copy of a template, or an empty one. The template has the job queue too, and is made
 * once per state of prisma/migrations and of the queue. It is on TEST_DATABASE_URL, else on the embedded server in `.data/test`.
 */
export async function createTestDatabase(kind: 'migrated' | 'empty' = 'migrated'): Promise<TestDatabase> {
  const server = await joinTestServer();
  try {
    const name = `movie_pipeline_test_${randomBytes(5).toString('hex')}`;
    const template = kind === 'migrated' ? await ensureTemplate(server.url) : 'template0';
    await withClient(server.url, (client) => copyDatabase(client, template, name));
    return kind === 'migrated' ? openPooled(server, name) : open(server, name);
  } catch (error) {
    await server.leave();
    throw error;
  }
}

/** Copies files, which takes a third of the time of PostgreSQL's default: writing every page to the write-ahead log. */
async function copyDatabase(client: Client, template: string, name: string): Promise<void> {
  const { rows } = await client.query<{ major: number }>(
    `SELECT current_setting('server_version_num')::int / 10000 AS major`,
  );
  const strategy = (rows[0]?.major ?? 0) < 15 ? '' : 'STRATEGY file_copy';
  await client.query(`CREATE DATABASE ${name} TEMPLATE ${template} ${strategy}`);
}

/** Each query has a session of its own, because tests of migrations change the settings of the database. */
function open(server: TestServer, name: string): TestDatabase {
  const url = withDatabase(server.url, name);
  return {
    url,
    query: <Row extends object>(sql: string, values?: unknown[]) =>
      withClient(url, async (client) => lastRows<Row>(await client.query(sql, values))),
    drop: () => drop(server, name),
  };
}

/** Queries share sessions: starting one costs more than a query, and tests poll. */
function openPooled(server: TestServer, name: string): TestDatabase {
  const url = withDatabase(server.url, name);
  const pool = new Pool({ connectionString: url, application_name: 'movie-pipeline test', max: 4 });
  // Tests terminate idle sessions; the pool replaces them.
  pool.on('error', () => undefined);
  return {
    url,
    query: async <Row extends object>(sql: string, values?: unknown[]) =>
      lastRows<Row>(await pool.query(sql, values)),
    drop: async () => {
      await pool.end();
      await drop(server, name);
    },
  };
}

async function drop(server: TestServer, name: string): Promise<void> {
  try {
    await withClient(server.url, (client) => dropAndCheck(client, name));
  } finally {
    await server.leave();
  }
}

function lastRows<Row extends object>(result: QueryResult): Row[] {
  // Several statements return several results, which the types leave out.
  const last = Array.isArray(result) ? ((result as { rows: Row[] }[]).at(-1) ?? { rows: [] }) : result;
  return last.rows as Row[];
}

/** The server ends a session shortly after the client has closed it. */
const LEAK_CHECKS = 20;
const LEAK_CHECK_MS = 50;

async function dropAndCheck(client: Client, name: string): Promise<void> {
  const leaked = await openSessions(client, name);
  await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  if (leaked.length > 0) throw new Error(`The test left connections open: ${leaked.join(', ')}.`);
}

async function openSessions(client: Client, name: string): Promise<readonly string[]> {
  for (let check = 1; ; check++) {
    const { rows } = await client.query<{ who: string }>(
      `SELECT format('%s (%s)', coalesce(nullif(application_name, ''), 'unnamed'), left(query, 60)) AS who
         FROM pg_stat_activity WHERE datname = $1 AND backend_type = 'client backend'`,
      [name],
    );
    if (rows.length === 0 || check === LEAK_CHECKS) return rows.map(({ who }) => who);
    await sleep(LEAK_CHECK_MS);
  }
}

async function ensureTemplate(server: string): Promise<string> {
  const template = await templateName();
  await withClient(server, async (client) => {
    if (await isFinished(client, template)) return;
    // The session owns the lock, so concurrent test processes create the template once.
    await client.query(`SELECT pg_advisory_lock(hashtextextended($1, 0))`, [template]);
    if (await isFinished(client, template)) return;
    await client.query(`DROP DATABASE IF EXISTS ${template} WITH (FORCE)`);
    await client.query(`CREATE DATABASE ${template} TEMPLATE template0`);
    await migrateDatabase(withDatabase(server, template));
    await installQueue(withDatabase(server, template));
    await buildIndexes(withDatabase(server, template));
    // PostgreSQL can't copy a template that has connections.
    await client.query(`ALTER DATABASE ${template} IS_TEMPLATE true ALLOW_CONNECTIONS false`);
  });
  return template;
}

/** Every process with the queue installs it where it is missing, which takes longer than most tests. */
async function installQueue(url: string): Promise<void> {
  const { JobQueue } = await import('../../src/queue/job-queue.js');
  const { StartupRetry } = await import('../../src/database/connection/startup-retry.js');
  const pool = new Pool({ connectionString: url });
  const queue = new JobQueue({ pool, schema: 'public', use: 'send' }, new StartupRetry(url, undefined));
  await queue.onModuleInit();
  await queue.beforeApplicationShutdown();
  await pool.end();
}

/** As a worker does where there are no movies. */
async function buildIndexes(url: string): Promise<void> {
  const { loadConfig } = await import('../../src/config/load-config.js');
  const { openDatabase } = await import('../../src/database/connection/open-database.js');
  const { BackgroundIndexes } = await import('../../src/movies/indexes/background-indexes.js');
  const database = await openDatabase({ url, poolSize: 2, dataDir: '/nonexistent' });
  await new BackgroundIndexes(database, loadConfig({}, { tmdbKey: false }), systemClock).build();
  await database.close();
}

async function templateName(): Promise<string> {
  const { migrations } = await readMigrationFolder();
  const manifest = await readFile(join(import.meta.dirname, '..', '..', 'package.json'), 'utf8');
  const { dependencies } = JSON.parse(manifest) as { dependencies: Record<string, string> };
  const state = [
    ...migrations.map(({ name, checksum }) => `${name} ${checksum}`),
    `pg-boss ${dependencies['pg-boss']} ${JSON.stringify(QUEUES)}`,
    JSON.stringify(MOVIE_INDEXES),
  ].join('\n');
  return `movie_pipeline_test_template_${createHash('sha256').update(state).digest('hex').slice(0, 12)}`;
}

/** The template is marked last, so an interrupted one is not marked. */
async function isFinished(client: Client, template: string): Promise<boolean> {
  const { rows } = await client.query('SELECT FROM pg_database WHERE datname = $1 AND datistemplate', [
    template,
  ]);
  return rows.length > 0;
}
