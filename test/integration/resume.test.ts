import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { PrismaService } from '../../src/database/prisma.service.js';
import { PipelineService } from '../../src/pipeline/execution/pipeline.service.js';
import { RunCancellation } from '../../src/pipeline/execution/run-cancellation.js';
import { custom } from '../support/test-pipeline.js';
import { withClient } from '../support/test-server.js';
import { TestWorkers } from '../support/test-workers.js';

let workers: TestWorkers;

beforeEach(async () => {
  workers = await TestWorkers.start({ movies: 300, latencyMs: 20 });
});

afterEach(async () => {
  await workers.close();
});

/** Every movie of the catalogue that popular names, all of them enriched. */
const WIDE = custom({
  ...{ categories: ['popular'], pages_per_category: 15, include_trending: false },
  ...{ enrich_data: true, max_enrichment: 1_000 },
});
const LIST_REQUESTS = 15;
/** Requests that may be under way in one process. */
const CONCURRENCY = 20;

async function movies(): Promise<number> {
  const [row] = await workers.database.query<{ n: number }>('SELECT count(*)::int AS n FROM movies');
  return row!.n;
}

/** That the run brought in every movie, and counted each once. */
async function expectComplete(run: Readonly<Record<string, unknown>>): Promise<void> {
  const all = await movies();
  expect(all).toBeGreaterThan(250);
  expect(run).toMatchObject({
    ...{ status: 'SUCCESS', error_message: null, failed: 0 },
    ...{ movies_processed: all, inserted: all, updated: 0, unchanged: 0, enriched: all },
  });
  expect(await workers.database.query('SELECT FROM movies WHERE enriched_at IS NULL')).toEqual([]);
}

describe('a run', () => {
  it('that a worker hands back when it is told to stop goes on with the next, where it was', async () => {
    const id = await workers.queue(WIDE);
    const first = await workers.worker();
    await workers.enriched(40);
    await workers.stop(first);
    expect(await workers.run(id)).toMatchObject({ status: 'RUNNING', holder: null });
    await workers.worker();
    const run = await workers.end(id);
    await expectComplete(run);
    expect(run).toMatchObject({ times_resumed: 1, worker_deaths: 0 });
    const { asked, details } = workers.sandbox.counters();
    expect(asked.lists).toBe(LIST_REQUESTS);
    expect(details).toBeLessThanOrEqual((run.enriched as number) + CONCURRENCY);
  });

  it('whose worker is told to stop while it chooses the movies goes on with the next all the same', async () => {
    await workers.database.query(`
      CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN PERFORM pg_advisory_xact_lock(7); RETURN NEW; END $$;
      CREATE TRIGGER wait BEFORE UPDATE OF enrichment_total ON pipeline_runs FOR EACH ROW EXECUTE FUNCTION wait()`);
    const id = await workers.queue(WIDE);
    await withClient(workers.database.url, async (client) => {
      await client.query('SELECT pg_advisory_lock(7)');
      const first = await workers.worker();
      const waiting = `SELECT FROM pg_locks WHERE locktype = 'advisory' AND objid = 7 AND NOT granted`;
      while ((await client.query(waiting)).rowCount === 0);
      const stopped = workers.stop(first);
      // By then it has heard.
      await client.query(waiting);
      await client.query('SELECT pg_advisory_unlock(7)');
      await stopped;
    });
    await workers.worker();
    await expectComplete(await workers.end(id));
  });

  it('whose worker is killed goes on with the next; nothing that is stored is fetched again', async () => {
    const id = await workers.queue(WIDE);
    const first = workers.program('worker');
    await workers.enriched(40);
    first.kill('SIGKILL');
    await first.end();
    const before = workers.sandbox.counters();
    const [stored] = await workers.database.query<{ n: number }>(
      'SELECT count(*)::int AS n FROM movies WHERE enriched_at IS NOT NULL',
    );
    await workers.freeJobs();
    await workers.worker();
    const run = await workers.end(id);
    await expectComplete(run);
    expect(run).toMatchObject({ times_resumed: 1, worker_deaths: 1 });
    const after = workers.sandbox.counters();
    expect(after.asked.lists).toBe(before.asked.lists);
    expect(after.asked.details - before.asked.details).toBe((await movies()) - stored!.n);
  });

  it('that was killed amid its lists counts each movie once', async () => {
    const id = await workers.queue(WIDE);
    const first = workers.program('worker');
    while ((await movies()) < 60);
    first.kill('SIGKILL');
    await first.end();
    await workers.freeJobs();
    await workers.worker();
    await expectComplete(await workers.end(id));
    expect(workers.sandbox.counters().asked.lists).toBeLessThanOrEqual(LIST_REQUESTS + 5);
  });

  it('that its worker did not survive three times ends FAILED, and says so', async () => {
    const id = await workers.queue(WIDE);
    await workers.database.query(
      `UPDATE pipeline_runs SET status = 'RUNNING', started_at = now(), holder = 2147483647, worker_deaths = 2`,
    );
    await workers.worker();
    expect(await workers.end(id)).toMatchObject({
      status: 'FAILED',
      error_message: 'Its worker died 3 times. What was stored stays; the log may say why.',
    });
    expect(workers.sandbox.counters().requests).toBe(0);
  });

  it('waits for a database that ends all its connections, and goes on', async () => {
    const id = await workers.queue(WIDE);
    await workers.worker();
    await workers.enriched(40);
    await endSessions('true');
    const run = await workers.end(id);
    await expectComplete(run);
    expect(run).toMatchObject({ worker_deaths: 0 });
  });

  it('goes on when the database ends all its connections but the one that holds its lock', async () => {
    const id = await workers.queue(WIDE);
    await workers.worker();
    while ((await movies()) < 60);
    await endSessions(`pid NOT IN (SELECT pid FROM pg_locks WHERE locktype = 'advisory')`);
    await expectComplete(await workers.end(id));
  });
});

async function endSessions(which: string): Promise<void> {
  await workers.database.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = current_database() AND pid <> pg_backend_pid() AND ${which}`,
  );
}

describe('a batch that fails for good', () => {
  it('makes its run PARTIAL, and its movies are named', async () => {
    await workers.database.query(
      `UPDATE movie_pipeline_jobs.queue SET retry_limit = 0 WHERE name = 'enrich'`,
    );
    const [refused] = workers.sandbox.movieIds(150, 1);
    await workers.database.query(`
      CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'full'; END $$;
      CREATE TRIGGER refuse BEFORE UPDATE OF "cast" ON movies FOR EACH ROW
        WHEN (NEW.id = ${refused} AND NEW."cast" IS NOT NULL) EXECUTE FUNCTION refuse()`);
    const id = await workers.queue(WIDE);
    await workers.worker();
    const run = await workers.end(id);
    expect(run).toMatchObject({ status: 'PARTIAL' });
    expect(run.error_message).toMatch(
      /^\d+ movies? failed: \d+ × Its batch failed several times and was given up/,
    );
    const all = await movies();
    expect(run.enriched).toBe(all - (run.failed as number));
    const named = await workers.database.query<{ movie_id: number }>(
      'SELECT movie_id FROM pipeline_run_errors WHERE run_id = $1',
      [id],
    );
    const left = await workers.database.query<{ movie_id: number }>(
      'SELECT id AS movie_id FROM movies WHERE enriched_at IS NULL',
    );
    expect(new Set(named.map((error) => error.movie_id))).toEqual(new Set(left.map((one) => one.movie_id)));
    expect(named.map((error) => error.movie_id)).toContain(refused);
  });
});

describe('cancelling', () => {
  function cancel(id: number): Promise<unknown> {
    return workers.front.get(RunCancellation).cancel(id);
  }

  it('ends a queued run at once; a worker that comes later leaves it alone', async () => {
    const id = await workers.queue(WIDE);
    await cancel(id);
    expect(await workers.run(id)).toMatchObject({ status: 'CANCELLED', started_at: null });
    const next = await workers.queue(
      custom({ categories: ['popular'], pages_per_category: 1, include_trending: false }),
    );
    await workers.worker();
    expect(await workers.end(next)).toMatchObject({ status: 'SUCCESS' });
    expect(workers.sandbox.counters().asked.lists).toBe(1);
  });

  it('ends a run at work within seconds, and its batches ask for nothing more', async () => {
    const id = await workers.queue(WIDE);
    await workers.worker();
    await workers.enriched(20);
    await cancel(id);
    const run = await workers.end(id);
    expect(run).toMatchObject({ status: 'CANCELLED' });
    expect(run.enriched).toBeLessThan(await movies());
  });

  it('ends a run whose worker has died when the next one takes it', async () => {
    const id = await workers.queue(WIDE);
    await workers.database.query(
      `UPDATE pipeline_runs SET status = 'RUNNING', started_at = now(), holder = 2147483647`,
    );
    await cancel(id);
    await workers.worker();
    expect(await workers.end(id)).toMatchObject({ status: 'CANCELLED' });
    expect(workers.sandbox.counters().requests).toBe(0);
  });
});

describe('a run in the foreground that is killed', () => {
  it('is put on record as interrupted by the next start', async () => {
    const command = workers.program('run', '--categories', 'popular', '--pages', '15', '--enrich');
    while ((await movies()) < 60);
    command.kill('SIGKILL');
    await command.end();
    const [dead] = await workers.front.get(PrismaService).pipelineRun.findMany();
    expect(dead).toMatchObject({ status: 'RUNNING' });
    // Its session ends on the server a little later than the process.
    while ((await workers.run(dead!.id)).status === 'RUNNING')
      await workers.front.get(PipelineService).closeInterrupted();
    expect(await workers.run(dead!.id)).toMatchObject({
      status: 'FAILED',
      error_message: expect.stringContaining(
        'Interrupted: the process that ran it ended before the run did.',
      ),
    });
  });
});
