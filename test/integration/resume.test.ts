import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { RunLeases } from '../../src/runs/run-lease.repository.js';
import { custom } from '../support/test-pipeline.js';
import { withClient } from '../support/test-server.js';
import { TestWorkers } from '../support/test-workers.js';
import { until } from '../support/until.js';

let workers: TestWorkers;

beforeEach(async () => {
  workers = await TestWorkers.start({ movies: 300, latencyMs: 20 });
});

afterEach(async () => {
  await workers.close();
});

/** Reads every popular movie and enriches all of them. */
const ALL_MOVIES = custom({
  ...{ categories: ['popular'], pages_per_category: 15, include_trending: false },
  ...{ enrich_data: true, max_enrichment: 1_000 },
});
const LIST_REQUESTS = 15;
/** The maximum number of concurrent requests of one process. */
const CONCURRENCY = 20;

async function movies(): Promise<number> {
  const [row] = await workers.database.query<{ n: number }>('SELECT count(*)::int AS n FROM movies');
  return row!.n;
}

/** Expects that the run stored and enriched every movie and counted each once. */
async function expectComplete(run: Readonly<Record<string, unknown>>): Promise<void> {
  const all = await movies();
  expect(all).toBeGreaterThan(250);
  expect(run).toMatchObject({
    ...{ status: 'SUCCESS', error_message: null, failed: 0 },
    ...{ movies_processed: all, inserted: all, updated: 0, unchanged: 0, enriched: all },
  });
  expect(await workers.database.query('SELECT FROM movies WHERE enriched_at IS NULL')).toEqual([]);
}

describe('interrupted runs', () => {
  it('a run whose worker shuts down continues with the next worker from where it was', async () => {
    const id = await workers.queue(ALL_MOVIES);
    const first = await workers.worker();
    await workers.enriched(40);
    await workers.stop(first);
    expect(await workers.run(id)).toMatchObject({ status: 'RUNNING', leaseholder: null });
    await workers.worker();
    const run = await workers.end(id);
    await expectComplete(run);
    expect(run).toMatchObject({ times_resumed: 1, worker_deaths: 0 });
    const { requestsTo, details } = workers.sandbox.counters();
    expect(requestsTo.lists).toBe(LIST_REQUESTS);
    expect(details).toBeLessThanOrEqual((run.enriched as number) + CONCURRENCY);
  });

  it('a run whose worker shuts down while it selects movies continues with the next worker', async () => {
    await workers.database.query(`
      CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN PERFORM pg_advisory_xact_lock(7); RETURN NEW; END $$;
      CREATE TRIGGER wait BEFORE UPDATE OF enrichment_total ON pipeline_runs FOR EACH ROW EXECUTE FUNCTION wait()`);
    const id = await workers.queue(ALL_MOVIES);
    await withClient(workers.database.url, async (client) => {
      await client.query('SELECT pg_advisory_lock(7)');
      const first = await workers.worker();
      const waiting = `SELECT FROM pg_locks WHERE locktype = 'advisory' AND objid = 7 AND NOT granted`;
      await until(async () => (await client.query(waiting)).rowCount !== 0, {
        deadlineMs: 20_000,
        what: 'the worker selects movies',
      });
      const stopped = workers.stop(first);
      // After this query the worker has received the shutdown signal.
      await client.query(waiting);
      await client.query('SELECT pg_advisory_unlock(7)');
      await stopped;
    });
    await workers.worker();
    await expectComplete(await workers.end(id));
  });

  it('a run whose worker is killed continues with the next worker and fetches nothing again that is stored', async () => {
    const id = await workers.queue(ALL_MOVIES);
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
    expect(after.requestsTo.lists).toBe(before.requestsTo.lists);
    expect(after.requestsTo.details - before.requestsTo.details).toBe((await movies()) - stored!.n);
  });

  it('a run that is killed while it reads its lists counts each movie once', async () => {
    const id = await workers.queue(ALL_MOVIES);
    const first = workers.program('worker');
    await workers.stored('true', 60);
    first.kill('SIGKILL');
    await first.end();
    await workers.freeJobs();
    await workers.worker();
    await expectComplete(await workers.end(id));
    expect(workers.sandbox.counters().requestsTo.lists).toBeLessThanOrEqual(LIST_REQUESTS + 5);
  });

  it('a run that crashes its worker three times ends FAILED with that reason', async () => {
    const id = await workers.queue(ALL_MOVIES);
    await workers.database.query(
      `UPDATE pipeline_runs SET status = 'RUNNING', started_at = now(), leaseholder = gen_random_uuid(), worker_deaths = 2`,
    );
    await workers.worker();
    expect(await workers.end(id)).toMatchObject({
      status: 'FAILED',
      error_message: 'The run crashed its worker 3 times. What was stored stays; the log may say why.',
    });
    expect(workers.sandbox.counters().requests).toBe(0);
  });

  it('a run continues after the database terminates all its connections', async () => {
    const id = await workers.queue(ALL_MOVIES);
    await workers.worker();
    await workers.enriched(40);
    await terminateSessions();
    const run = await workers.end(id);
    await expectComplete(run);
    expect(run).toMatchObject({ worker_deaths: 0 });
  });
});

async function terminateSessions(): Promise<void> {
  await workers.database.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = current_database() AND pid <> pg_backend_pid()`,
  );
}

describe('failing batches', () => {
  it('a batch that exhausts its retries makes its run PARTIAL and its movies are recorded as failed', async () => {
    await workers.database.query(
      `UPDATE movie_pipeline_jobs.queue SET retry_limit = 0 WHERE name = 'enrich'`,
    );
    const [rejected] = workers.sandbox.movieIds(150, 1);
    await workers.database.query(`
      CREATE FUNCTION reject() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'full'; END $$;
      CREATE TRIGGER reject BEFORE UPDATE OF "cast" ON movies FOR EACH ROW
        WHEN (NEW.id = ${rejected} AND NEW."cast" IS NOT NULL) EXECUTE FUNCTION reject()`);
    const id = await workers.queue(ALL_MOVIES);
    await workers.worker();
    const run = await workers.end(id);
    expect(run).toMatchObject({ status: 'PARTIAL' });
    expect(run.error_message).toMatch(
      /^\d+ movies? failed: \d+ × Its batch failed several times and was given up/,
    );
    const all = await movies();
    expect(run.enriched).toBe(all - (run.failed as number));
    const failed = await workers.database.query<{ movie_id: number }>(
      'SELECT movie_id FROM pipeline_run_errors WHERE run_id = $1',
      [id],
    );
    const unenriched = await workers.database.query<{ movie_id: number }>(
      'SELECT id AS movie_id FROM movies WHERE enriched_at IS NULL',
    );
    expect(new Set(failed.map((error) => error.movie_id))).toEqual(
      new Set(unenriched.map((movie) => movie.movie_id)),
    );
    expect(failed.map((error) => error.movie_id)).toContain(rejected);
  });
});

describe('cancelling', () => {
  function cancel(id: number): Promise<unknown> {
    return workers.front.get(RunLeases).cancel(id, new Date());
  }

  it('a queued run that is cancelled ends at once, and no worker executes it', async () => {
    const id = await workers.queue(ALL_MOVIES);
    await cancel(id);
    expect(await workers.run(id)).toMatchObject({ status: 'CANCELLED', started_at: null });
    const next = await workers.queue(
      custom({ categories: ['popular'], pages_per_category: 1, include_trending: false }),
    );
    await workers.worker();
    expect(await workers.end(next)).toMatchObject({ status: 'SUCCESS' });
    expect(workers.sandbox.counters().requestsTo.lists).toBe(1);
  });

  it('a running run that is cancelled ends CANCELLED before it has enriched all its movies', async () => {
    const id = await workers.queue(ALL_MOVIES);
    await workers.worker();
    await workers.enriched(20);
    await cancel(id);
    const run = await workers.end(id);
    expect(run).toMatchObject({ status: 'CANCELLED' });
    expect(run.enriched).toBeLessThan(await movies());
  });

  it('a cancelled run whose worker has died is ended by the next worker without a request to TMDB', async () => {
    const id = await workers.queue(ALL_MOVIES);
    await workers.database.query(
      `UPDATE pipeline_runs SET status = 'RUNNING', started_at = now(), leaseholder = gen_random_uuid()`,
    );
    await cancel(id);
    await workers.worker();
    expect(await workers.end(id)).toMatchObject({ status: 'CANCELLED' });
    expect(workers.sandbox.counters().requests).toBe(0);
  });
});

describe('movie-pipeline run', () => {
  const OPTIONS = ['--categories', 'popular', '--pages', '15', '--no-trending', '--enrich'];

  it('movie-pipeline run finishes an interrupted run before its own, and reports it', async () => {
    const killed = workers.program('run', ...OPTIONS);
    await workers.stored('true', 60);
    killed.kill('SIGKILL');
    await killed.end();
    await workers.freeJobs();
    const next = await workers.command('run', 'quick');
    expect(next.code).toBe(0);
    expect(next.stderr).toContain('Run 1 (custom) was interrupted. Finishing it before this one.');
    expect(await workers.run(1)).toMatchObject({ status: 'SUCCESS', times_resumed: 1, worker_deaths: 1 });
    expect(await workers.run(2)).toMatchObject({ status: 'SUCCESS', update_type: 'quick', trigger: 'cli' });
  });

  it('movie-pipeline run exits with 4 during a run of another process, and names that run', async () => {
    workers.program('run', ...OPTIONS);
    await workers.stored('true', 20);
    workers.sandbox.setFaults({ hung: 1 });
    const second = await workers.command('run', 'quick');
    expect(second.code).toBe(4);
    expect(second.stderr).toMatch(/Run 1 \(custom\) has been active since /);
  });

  it('movie-pipeline run follows its run to the end when a service executes it', async () => {
    await workers.worker();
    const command = await workers.command('run', 'quick', '--json');
    expect(command.code).toBe(0);
    expect(JSON.parse(command.stdout)).toMatchObject({ status: 'SUCCESS', trigger: 'cli' });
  });
});
