import { randomBytes } from 'node:crypto';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { custom } from '../support/test-pipeline.js';
import { type RunRow, TestWorkers } from '../support/test-workers.js';

const CATALOGUE = { movies: 300, latencyMs: 20 };
/** Every movie of the catalogue, all of them enriched. */
const WIDE = custom({
  ...{ categories: ['popular'], pages_per_category: 15, include_trending: false },
  ...{ enrich_data: true, max_enrichment: 1_000 },
});

let workers: TestWorkers;

afterEach(async () => {
  await workers.close();
});

/** That the run says neither more nor less than what the tables hold. */
async function expectCountsOfTables(run: RunRow): Promise<void> {
  const [stored] = await workers.database.query(
    'SELECT count(*)::int AS inserted, count(enriched_at)::int AS enriched FROM movies',
  );
  expect(run).toMatchObject(stored!);
}

async function expectAllEnriched(): Promise<void> {
  expect(await workers.database.query('SELECT FROM movies WHERE enriched_at IS NULL')).toEqual([]);
}

describe('a disk that is full', () => {
  /** From now on every write to these tables fails as PostgreSQL lets it fail when its disk is full. */
  async function fill(...tables: string[]): Promise<void> {
    await workers.database.query(`
      CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full'; END $$;
      ${tables
        .map(
          (table) => `CREATE TRIGGER full_disk BEFORE INSERT OR UPDATE OR DELETE ON ${table}
            FOR EACH STATEMENT EXECUTE FUNCTION refuse();`,
        )
        .join('\n')}`);
  }

  async function empty(): Promise<void> {
    await workers.database.query('DROP FUNCTION refuse CASCADE');
  }

  const TRIED_AGAIN = `SELECT FROM movie_pipeline_jobs.job WHERE name = 'enrich' AND retry_count > 0`;
  const MOVIES = ['movies', 'movie_categories', 'pipeline_run_movies'];

  it.each([
    ['enriches', 'enriched_at'],
    ['reads its lists', 'id'],
  ])(
    'while a run %s ends it FAILED, and the reason says what to do; the next succeeds',
    async (_, column) => {
      workers = await TestWorkers.start(CATALOGUE);
      const id = await workers.queue(WIDE);
      await workers.worker();
      const count = `SELECT count(${column})::int AS n FROM movies`;
      while ((await workers.database.query<{ n: number }>(count))[0]!.n < 40);
      await fill('movies', 'movie_categories');
      const run = await workers.end(id);
      expect(run).toMatchObject({
        status: 'FAILED',
        error_message:
          'The database failed: its disk is full (SQLSTATE 53100). Free disk space for it, then try again. ' +
          'What was stored stays; the log has the details.',
      });
      await expectCountsOfTables(run);
      expect(await workers.database.query(TRIED_AGAIN)).toEqual([]);
      await empty();
      expect(await workers.end(await workers.queue(WIDE))).toMatchObject({
        status: 'SUCCESS',
        error_message: null,
      });
      await expectAllEnriched();
    },
  );

  it('that lets not even the end of the run be put on record holds up the run, and no longer', async () => {
    workers = await TestWorkers.start(CATALOGUE);
    const id = await workers.queue(WIDE);
    await workers.worker();
    await workers.enriched(40);
    await fill(...MOVIES, 'pipeline_runs', 'pipeline_run_errors', 'pipeline_run_pages');
    while ((await workers.database.query(TRIED_AGAIN)).length === 0);
    await empty();
    await expectCountsOfTables(await workers.end(id));
    expect(await workers.end(await workers.queue(WIDE))).toMatchObject({ status: 'SUCCESS' });
    await expectAllEnriched();
  });
});

describe('a server that has no connection left', () => {
  /** An empty database whose owner is no superuser, and so may be short of connections. */
  async function limitedDatabase(): Promise<TestDatabase & { readonly role: string }> {
    const database = await createTestDatabase('empty');
    const role = `movie_pipeline_test_${randomBytes(5).toString('hex')}`;
    const url = new URL(database.url);
    const name = url.pathname.slice(1);
    await database.query(`
      CREATE ROLE ${role} LOGIN PASSWORD 'for this test';
      ALTER DATABASE ${name} OWNER TO ${role};`);
    [url.username, url.password] = [role, 'for this test'];
    return {
      ...{ role, url: url.href },
      query: (sql, values) => database.query(sql, values),
      drop: async () => {
        // What goes with the database needs no owner; it has to have one until then.
        await database.query(`REASSIGN OWNED BY ${role} TO CURRENT_USER; DROP ROLE ${role}`);
        await database.drop();
      },
    };
  }

  it('in mid-run is waited for, and the run goes on', async () => {
    const database = await limitedDatabase();
    workers = await TestWorkers.start(CATALOGUE, Promise.resolve(database));
    const id = await workers.queue(WIDE);
    const worker = workers.program('worker');
    await workers.enriched(40);
    await database.query(`ALTER ROLE ${database.role} CONNECTION LIMIT 0`);
    await database.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = $1`, [
      database.role,
    ]);
    await worker.printed(/run\.disconnected/);
    await worker.printed(/too many connections for role|TooManyConnections|Too many database connections/);
    expect(await workers.run(id)).toMatchObject({ status: 'RUNNING' });
    await database.query(`ALTER ROLE ${database.role} CONNECTION LIMIT -1`);
    const run = await workers.end(id);
    expect(run).toMatchObject({ status: 'SUCCESS', error_message: null, failed: 0, worker_deaths: 0 });
    await expectCountsOfTables(run);
    await expectAllEnriched();
    // What had been answered was kept until it could be stored.
    expect(workers.sandbox.counters().details).toBe(run.enriched);
  });
});

describe('jobs that have ended', () => {
  it('are forgotten after some minutes', async () => {
    workers = await TestWorkers.start(CATALOGUE);
    await workers.worker();
    await workers.end(await workers.queue(WIDE));
    const states = `SELECT DISTINCT state FROM movie_pipeline_jobs.job`;
    while (
      (await workers.database.query<{ state: string }>(states)).some(({ state }) => state !== 'completed')
    );
    await workers.database.query(`
      UPDATE movie_pipeline_jobs.job SET completed_on = completed_on - interval '6 minutes';
      UPDATE movie_pipeline_jobs.queue SET maintain_on = now() - interval '2 minutes'`);
    while ((await workers.database.query(states)).length > 0);
  });
});
