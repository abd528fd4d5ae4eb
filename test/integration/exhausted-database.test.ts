import { randomBytes } from 'node:crypto';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { custom } from '../support/test-pipeline.js';
import { type RunRow, TestWorkers } from '../support/test-workers.js';
import { until } from '../support/until.js';

const CATALOGUE = { movies: 300, latencyMs: 20 };
/** Reads every popular movie and enriches all of them. */
const ALL_MOVIES = custom({
  ...{ categories: ['popular'], pages_per_category: 15, include_trending: false },
  ...{ enrich_data: true, max_enrichment: 1_000 },
});

let workers: TestWorkers;

afterEach(async () => {
  await workers.close();
});

/** Expects that the counters of the run match the tables. */
async function expectCountsOfTables(run: RunRow): Promise<void> {
  const [stored] = await workers.database.query(
    'SELECT count(*)::int AS inserted, count(enriched_at)::int AS enriched FROM movies',
  );
  expect(run).toMatchObject(stored!);
}

async function expectAllEnriched(): Promise<void> {
  expect(await workers.database.query('SELECT FROM movies WHERE enriched_at IS NULL')).toEqual([]);
}

describe('a full disk', () => {
  /** Makes every write to these tables fail with the error of a full disk. */
  async function fillDisk(...tables: string[]): Promise<void> {
    await workers.database.query(`
      CREATE FUNCTION report_full_disk() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full'; END $$;
      ${tables
        .map(
          (table) => `CREATE TRIGGER full_disk BEFORE INSERT OR UPDATE OR DELETE ON ${table}
            FOR EACH STATEMENT EXECUTE FUNCTION report_full_disk();`,
        )
        .join('\n')}`);
  }

  async function freeDisk(): Promise<void> {
    await workers.database.query('DROP FUNCTION report_full_disk CASCADE');
  }

  const RETRIED = `SELECT FROM movie_pipeline_jobs.job WHERE name = 'enrich' AND retry_count > 0`;
  const MOVIES = ['movies', 'movie_categories', 'pipeline_run_movies'];

  it.each([
    ['enriches movies', 'enriched_at'],
    ['reads its lists', 'id'],
  ])(
    'a disk that fills while a run %s fails the run with the remedy, and the next run succeeds',
    async (_, column) => {
      workers = await TestWorkers.start(CATALOGUE);
      const id = await workers.queue(ALL_MOVIES);
      await workers.worker();
      await workers.stored(`${column} IS NOT NULL`, 40);
      await fillDisk('movies', 'movie_categories');
      const run = await workers.end(id);
      expect(run).toMatchObject({
        status: 'FAILED',
        error_message:
          'The database failed: its disk is full (SQLSTATE 53100). Free disk space for it, then try again. ' +
          'What was stored stays; the log has the details.',
      });
      await expectCountsOfTables(run);
      expect(await workers.database.query(RETRIED)).toEqual([]);
      await freeDisk();
      expect(await workers.end(await workers.queue(ALL_MOVIES))).toMatchObject({
        status: 'SUCCESS',
        error_message: null,
      });
      await expectAllEnriched();
    },
  );

  it('a run whose end cannot be recorded on a full disk ends once the disk has space', async () => {
    workers = await TestWorkers.start(CATALOGUE);
    const id = await workers.queue(ALL_MOVIES);
    await workers.worker();
    await workers.enriched(40);
    await fillDisk(...MOVIES, 'pipeline_runs', 'pipeline_run_errors', 'pipeline_run_pages');
    await until(async () => (await workers.database.query(RETRIED)).length > 0, {
      deadlineMs: 50_000,
      what: 'a batch is retried',
    });
    await freeDisk();
    await expectCountsOfTables(await workers.end(id));
    expect(await workers.end(await workers.queue(ALL_MOVIES))).toMatchObject({ status: 'SUCCESS' });
    await expectAllEnriched();
  });
});

describe('a server without free connections', () => {
  /** An empty database. Its owner is not a superuser, so connection limits apply to it. */
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
        // PostgreSQL does not drop a role that owns objects.
        await database.query(`REASSIGN OWNED BY ${role} TO CURRENT_USER; DROP ROLE ${role}`);
        await database.drop();
      },
    };
  }

  it('a run waits while the server has no free connection, and then continues', async () => {
    const database = await limitedDatabase();
    workers = await TestWorkers.start(CATALOGUE, Promise.resolve(database));
    const id = await workers.queue(ALL_MOVIES);
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
    // The worker keeps fetched details until it can store them.
    expect(workers.sandbox.counters().details).toBe(run.enriched);
  });
});

describe('completed jobs', () => {
  it('completed jobs are deleted after a few minutes', async () => {
    workers = await TestWorkers.start(CATALOGUE);
    await workers.worker();
    await workers.end(await workers.queue(ALL_MOVIES));
    const jobs = (condition: string): Promise<object[]> =>
      workers.database.query(`SELECT FROM movie_pipeline_jobs.job WHERE ${condition}`);
    await until(async () => (await jobs(`state <> 'completed'`)).length === 0, {
      deadlineMs: 50_000,
      what: 'every job is completed',
    });
    await workers.database.query(`
      UPDATE movie_pipeline_jobs.job SET completed_on = completed_on - interval '6 minutes';
      UPDATE movie_pipeline_jobs.queue SET maintain_on = now() - interval '2 minutes'`);
    await until(async () => (await jobs('true')).length === 0, {
      deadlineMs: 50_000,
      what: 'the completed jobs are deleted',
    });
  });
});
