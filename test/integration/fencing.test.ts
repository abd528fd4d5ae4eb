import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { PrismaService } from '../../src/database/prisma.service.js';
import { RunAlerts } from '../../src/runs/run-alerts.js';
import { ExportRequests } from '../../src/runs/export-requests.js';
import { EnrichmentResults } from '../../src/enrichment/enrichment-results.js';
import { itemError } from '../../src/runs/item-failure.js';
import { RunCheckpoint } from '../../src/runs/run-checkpoint.repository.js';
import { RunAborted } from '../../src/runs/run-ending.js';
import { RunBusyError, RunLeases } from '../../src/runs/run-lease.repository.js';
import type { LeaderLease, RunLease } from '../../src/runs/run-lease.js';
import { RunMovies } from '../../src/runs/run-movies.repository.js';
import { RunQueue } from '../../src/pipeline/execution/run-queue.js';
import { custom } from '../support/test-pipeline.js';
import { TestWorkers } from '../support/test-workers.js';
import { until } from '../support/until.js';

let workers: TestWorkers;
let leases: RunLeases;

beforeEach(async () => {
  workers = await TestWorkers.start({ movies: 20 });
  leases = workers.front.get(RunLeases);
});

afterEach(async () => {
  await workers.close();
});

const now = new Date();
const ENDED = { ending: { kind: 'cancelled' }, sources: [], now } as const;

describe('a worker whose lease another worker has acquired', () => {
  let lost: LeaderLease;
  let current: LeaderLease;
  let other: RunLeases;

  beforeEach(async () => {
    const id = await workers.queue(custom({}));
    lost = (await leases.acquire(id, now))!.lease;
    other = new RunLeases(
      workers.front.get(PrismaService),
      workers.front.get(ExportRequests),
      workers.front.get(RunAlerts),
    );
    current = (await other.acquire(id, now))!.lease;
    await workers.database.query(`INSERT INTO movies (id, title) VALUES (1, 'A movie'), (2, 'Another')`);
    await workers.database.query(
      `INSERT INTO pipeline_run_movies (run_id, movie_id, place, enrichment) VALUES ($1, 1, 0, 'due'), ($1, 2, 1, 'due')`,
      [id],
    );
  });

  /** Everything that the lost lease must not have changed. */
  async function state(): Promise<unknown> {
    const movies = await workers.database.query(
      'SELECT id, title, gone_at, enrich_failures FROM movies ORDER BY id',
    );
    const due = await workers.database.query(
      `SELECT movie_id FROM pipeline_run_movies WHERE enrichment = 'due' ORDER BY movie_id`,
    );
    const [run] = await workers.database.query(
      'SELECT status, inserted, enriched, gone, failed, fetched, tmdb_requests FROM pipeline_runs',
    );
    return { movies, due, run };
  }

  type Write = (lease: RunLease) => Promise<unknown>;

  const writes: Readonly<Record<string, Write>> = {
    'store a page': (lease) => {
      const page = { source: 'popular', page: 1, totalPages: 1, items: [{ id: 3 }], rejected: [] } as const;
      const checkpoint = workers.front.get(RunCheckpoint);
      return checkpoint.transaction(async (tx) => {
        await tx.$executeRaw`INSERT INTO movies (id, title) VALUES (3, 'A third')`;
        await checkpoint.pageStored(tx, lease, page, { inserted: [3], updated: [], unchanged: [] });
      });
    },
    'settle a movie': (lease) =>
      workers.front
        .get(RunCheckpoint)
        .transaction((tx) => workers.front.get(RunMovies).settle(tx, lease, [1], 'done')),
    'record a movie that TMDB does not find': (lease) => results().notFound(1, { lease, signal: never() }),
    'turn movies that TMDB does not find into failures': (lease) =>
      workers.front
        .get(RunCheckpoint)
        .transaction((tx) =>
          workers.front.get(RunMovies).distrust(tx, lease, itemError({}, new Error('late'), now)),
        ),
    'record a failure': (lease) => results().failed(1, new Error('late'), { lease, signal: never() }),
    'record a heartbeat': (lease) =>
      workers.front.get(RunCheckpoint).heartbeat(lease, {
        ...{ progress: null, waiting: null },
        tmdb: { tmdbRequests: 1, tmdbRetries: 0, rateLimited: 0, waitedSeconds: 0 },
      }),
    'plan the enrichment': (lease) =>
      workers.front
        .get(RunCheckpoint)
        .transaction((tx) =>
          workers.front.get(RunMovies).plan(tx, lease, { ids: [2], rest: null, fresh: 0 }),
        ),
  };

  it.each(Object.keys(writes))('cannot %s, and the one that holds the lease can', async (name) => {
    const write = writes[name]!;
    const before = await state();
    await expect(write(lost)).rejects.toThrow(RunAborted);
    expect(await state()).toEqual(before);
    await write(current);
  });

  it('cannot end, release or reacquire the run, and the one that holds the lease can end it', async () => {
    expect(await leases.finish(lost, ENDED)).toBeNull();
    expect(await leases.reacquire(lost, now)).toBeNull();
    await leases.release(lost);
    const [row] = await workers.database.query('SELECT status, leaseholder FROM pipeline_runs');
    expect(row).toEqual({ status: 'RUNNING', leaseholder: other.leaseholder });
    expect(await leases.finish(current, ENDED)).toMatchObject({ status: 'CANCELLED' });
  });

  it.each(['finds its lease lost', 'releases its lease too late'])(
    'does not count as dead once it %s',
    async (event) => {
      const deaths = async () => (await workers.run(current.runId)).worker_deaths;
      expect(await deaths()).toBe(1);
      await (event === 'finds its lease lost' ? leases.takenOver(lost) : leases.release(lost));
      expect(await deaths()).toBe(0);
      await leases.takenOver(current);
      expect(await deaths()).toBe(0);
    },
  );

  it('cannot change a run that has ended, not even for one of its batches', async () => {
    await leases.finish(current, ENDED);
    const before = await state();
    await results()
      .failed(1, new Error('late'), {
        lease: { runId: current.runId, fencingToken: null },
        signal: never(),
      })
      .catch(() => undefined);
    expect(await state()).toEqual(before);
  });

  function results(): EnrichmentResults {
    return workers.front.get(EnrichmentResults, { strict: false });
  }

  function never(): AbortSignal {
    return new AbortController().signal;
  }
});

it('a run is not led while another one is RUNNING', async () => {
  const first = await workers.queue(custom({}));
  const { lease } = (await leases.acquire(first, now))!;
  await workers.database.query(
    `INSERT INTO pipeline_runs (status, trigger, options) VALUES ('QUEUED', 'schedule', $1)`,
    [custom({})],
  );
  const [next] = await workers.database.query<{ id: number }>('SELECT max(id) AS id FROM pipeline_runs');
  await expect(leases.acquire(next!.id, now)).rejects.toThrow(RunBusyError);
  await leases.finish(lease, ENDED);
  expect(await leases.acquire(next!.id, now)).not.toBeNull();
});

it('a run that lost its job is queued again when a process starts, and one that has a job is not', async () => {
  const id = await workers.queue(
    custom({ categories: ['popular'], pages_per_category: 1, include_trending: false }),
  );
  await leases.acquire(id, now);
  const jobs = `SELECT id FROM movie_pipeline_jobs.job WHERE data @> '{"runId": ${id}}'`;
  const before = await workers.database.query(jobs);
  await workers.front.get(RunQueue).onApplicationBootstrap();
  expect(await workers.database.query(jobs)).toEqual(before);
  await workers.database.query('TRUNCATE movie_pipeline_jobs.job');
  await workers.worker();
  const hasEnded = async (): Promise<boolean> => (await workers.run(id)).finished_at !== null;
  await until(hasEnded, { deadlineMs: 60_000, what: 'the run ends' });
});

it('a queue of an older version takes on the options of this one', async () => {
  await workers.database.query('UPDATE movie_pipeline_jobs.queue SET retry_limit = 1, deletion_seconds = 9');
  await workers.worker();
  expect(
    await workers.database.query(
      'SELECT name, retry_limit, deletion_seconds FROM movie_pipeline_jobs.queue ORDER BY name',
    ),
  ).toEqual([
    { name: 'alert', retry_limit: 1_000, deletion_seconds: 300 },
    { name: 'enrich', retry_limit: 20, deletion_seconds: 300 },
    { name: 'export', retry_limit: 6, deletion_seconds: 300 },
    { name: 'run', retry_limit: 10_000, deletion_seconds: 300 },
  ]);
});

it('a worker reacquires its lease again when the response to its first attempt was lost', async () => {
  const id = await workers.queue(custom({}));
  const { lease } = (await leases.acquire(id, now))!;
  await leases.reacquire(lease, now);
  const again = await leases.reacquire(lease, now);
  expect(await leases.finish(again!.lease, ENDED)).toMatchObject({ status: 'CANCELLED', timesResumed: 2 });
});

it('a resumed run does not end for the reason that stopped it before', async () => {
  const id = await workers.queue(custom({}));
  await leases.acquire(id, now);
  await workers.front.get(RunCheckpoint).requestAbort(id, { kind: 'upstream', message: 'TMDB was down.' });
  await leases.acquire(id, now);
  expect(await workers.run(id)).toMatchObject({ status: 'RUNNING', abort_reason: null });
});

it('a run that is cancelled while it is queued has no duration and does not count in the average', async () => {
  const id = await workers.queue(custom({}));
  expect(await leases.cancel(id, now)).toMatchObject({ status: 'CANCELLED', durationSeconds: null });
  const [totals] = await workers.database.query<{ timed: string }>(
    `SELECT timed FROM pipeline_run_totals WHERE status = 'CANCELLED'`,
  );
  expect(Number(totals!.timed)).toBe(0);
});

it('a queued run whose options this version cannot read ends FAILED, and says what to do', async () => {
  const id = await workers.queue(custom({}));
  await workers.database.query(`UPDATE pipeline_runs SET options = '{"updateType": "other", "sources": 7}'`);
  expect(await leases.acquire(id, now)).toBeNull();
  expect(await workers.run(id)).toMatchObject({
    status: 'FAILED',
    error_message: expect.stringContaining('Trigger it again'),
  });
});
