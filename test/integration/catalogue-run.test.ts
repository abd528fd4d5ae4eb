import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { CatalogueEnrichment } from '../../src/enrichment/catalogue-enrichment.js';
import { RunTriggers } from '../../src/pipeline/execution/run-triggers.js';
import { presetPlan } from '../../src/runs/run-plan.js';
import type { RunProgress } from '../../src/runs/run.js';
import { RunsRepository } from '../../src/runs/runs.repository.js';
import { type RunRow, TestWorkers } from '../support/test-workers.js';
import { until } from '../support/until.js';

const MOVIES = 400;
/** Of one process that is killed: requests in flight, and responses that are being stored. */
const LOST = 40;

let workers: TestWorkers;

async function start(movies: number, latencyMs: number): Promise<void> {
  workers = await TestWorkers.start({ movies, latencyMs, people: 1 }, undefined, { CATALOGUE: 'all' });
}

afterEach(async () => {
  await workers.close();
});

/** Leaves the run as a worker does that is killed. */
async function kill(worker: Awaited<ReturnType<TestWorkers['worker']>>): Promise<void> {
  await workers.stop(worker);
  await workers.database.query(
    `UPDATE pipeline_runs SET leaseholder = gen_random_uuid() WHERE status = 'RUNNING'`,
  );
}

async function enrichedTimes(): Promise<number> {
  const [row] = await workers.database.query<{ n: number }>(
    'SELECT count(enriched_at)::int AS n FROM movies WHERE id IN (SELECT movie_id FROM catalogue)',
  );
  return row!.n;
}

async function runOnceItIs(id: number, status: string): Promise<RunRow> {
  let run = await workers.run(id);
  await until(
    async () => {
      run = await workers.run(id);
      return run.status === status;
    },
    { deadlineMs: 20_000, what: `run ${id} is ${status}` },
  );
  return run;
}

/** The progress once as many movies are done. */
async function progressOnceDone(id: number, movies: number): Promise<RunProgress> {
  let progress: RunProgress | null = null;
  await until(
    async () => {
      progress = (await workers.front.get(RunsRepository).progress(id))!.active.progress;
      return (progress?.enrichment?.done ?? 0) >= movies;
    },
    { deadlineMs: 20_000, what: `the progress of run ${id} counts ${movies} movies` },
  );
  return progress!;
}

describe('a catalogue run', () => {
  beforeEach(() => start(MOVIES, 20));

  it('gives way to a run that is queued, resumes after it, and counts its progress over both stretches', async () => {
    const catalogue = await workers.queue(presetPlan('catalogue'));
    await workers.worker();
    await workers.worker();
    await workers.enriched(60);
    const quick = await workers.queue(presetPlan('quick'));
    await runOnceItIs(quick, 'RUNNING');
    const aside = await workers.run(catalogue);
    expect(aside).toMatchObject({
      status: 'QUEUED',
      leaseholder: null,
      waiting: {
        for: 'other_run',
        message: `Waits for run ${quick} (quick) to end, and resumes then.`,
      },
    });
    expect(await workers.end(quick)).toMatchObject({ status: 'SUCCESS', times_resumed: 0 });
    expect(await enrichedTimes()).toBeLessThan(MOVIES);
    const before = aside.enriched as number;
    expect(before).toBeGreaterThanOrEqual(40);
    await runOnceItIs(catalogue, 'RUNNING');
    const resumed = await progressOnceDone(catalogue, before);
    expect(resumed.enrichment).toMatchObject({ total: MOVIES, failed: 0 });
    expect(resumed.waiting?.for).not.toBe('other_run');
    const run = await workers.end(catalogue);
    expect(run).toMatchObject({
      ...{ status: 'SUCCESS', error_message: null, enriched: MOVIES, failed: 0 },
      ...{ times_resumed: 1, worker_deaths: 0 },
    });
    expect(await enrichedTimes()).toBe(MOVIES);
    expect(workers.sandbox.counters().details).toBeLessThanOrEqual(MOVIES + 10);
  });

  it('whose worker was killed does not keep a queued run waiting', async () => {
    const catalogue = await workers.queue(presetPlan('catalogue'));
    const first = await workers.worker();
    await workers.enriched(40);
    await kill(first);
    const quick = await workers.queue(presetPlan('quick'));
    await workers.worker();
    await runOnceItIs(quick, 'RUNNING');
    expect(await workers.run(catalogue)).toMatchObject({ status: 'QUEUED', worker_deaths: 1 });
    expect(await workers.end(quick)).toMatchObject({ status: 'SUCCESS' });
    expect(await workers.end(catalogue)).toMatchObject({ status: 'SUCCESS', enriched: MOVIES });
  });

  it('that advances survives more kills than a run that crashes its workers, and enriches each movie once', async () => {
    const catalogue = await workers.queue(presetPlan('catalogue'));
    for (let kills = 1; kills <= 4; kills++) {
      const worker = await workers.worker();
      await workers.enriched(40 * kills);
      await until(async () => (await workers.run(catalogue)).worker_deaths === 0, {
        deadlineMs: 20_000,
        what: 'the run is known to advance',
      });
      await kill(worker);
    }
    await workers.worker();
    const run = await workers.end(catalogue);
    expect(run).toMatchObject({ status: 'SUCCESS', enriched: MOVIES, times_resumed: 4 });
    expect(workers.sandbox.counters().details).toBeLessThanOrEqual(MOVIES + 4 * LOST);
  });
});

describe('a catalogue run of few movies', () => {
  beforeEach(() => start(30, 0));

  it('requests a movie that fails, or that TMDB does not find, once, and ends', async () => {
    const [broken, absent, ...others] = workers.sandbox.movieIds(0, 30);
    workers.sandbox.breakDown(`/movie/${broken}`);
    await workers.database.query(
      `INSERT INTO catalogue (movie_id, adult, video, popularity, first_seen, last_seen)
        SELECT id, false, false, 5, '2026-01-01', '2026-01-01' FROM unnest($1::int[]) AS listed (id)`,
      [[broken, absent, ...others]],
    );
    workers.sandbox.remove(absent!);
    // No export marks the absent movie as missing.
    workers.sandbox.publishExports({ lastDay: '2026-01-01' });
    const id = await workers.queue(presetPlan('catalogue'));
    await workers.worker();
    const run = await workers.end(id);
    // The import failed, too.
    expect(run).toMatchObject({ status: 'PARTIAL', enriched: 28, gone: 1, failed: 2 });
    expect(run.tmdb_requests).toBe(30 + (run.tmdb_retries as number));
  });

  it('that finds nothing due is a SUCCESS', async () => {
    await workers.worker();
    const first = await workers.queue(presetPlan('catalogue'));
    expect(await workers.end(first)).toMatchObject({ status: 'SUCCESS', enriched: 30 });
    const second = await workers.queue(presetPlan('catalogue'));
    expect(await workers.end(second)).toMatchObject({ status: 'SUCCESS', enriched: 0, error_message: null });
  });

  it('and another run may be requested beside each other, and a second one of either kind may not', async () => {
    const triggers = workers.front.get(RunTriggers);
    const request = { trigger: 'api', username: 'tester', key: null } as const;
    await triggers.trigger(presetPlan('catalogue'), request);
    await triggers.trigger(presetPlan('daily'), request);
    await expect(triggers.trigger(presetPlan('catalogue'), request)).rejects.toThrow(/^Run 1 \(catalogue\)/);
    await expect(triggers.trigger(presetPlan('quick'), request)).rejects.toThrow(/^Run 2 \(daily\)/);
    const { active } = await workers.front.get(RunsRepository).overview();
    expect(active!.run.updateType).toBe('daily');
  });
});

describe('a catalogue run of more movies than it selects at once', () => {
  beforeEach(() => start(250, 0));

  it('enriches each once, the most popular first, with a checkpoint of one portion', async () => {
    const worker = await workers.worker();
    worker.get(CatalogueEnrichment).portion = 100;
    await workers.database.query(`
      CREATE TABLE checkpoint AS SELECT 0 AS movies;
      CREATE FUNCTION measure() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN INSERT INTO checkpoint SELECT count(*) FROM pipeline_run_movies; RETURN NULL; END $$;
      CREATE TRIGGER measure AFTER INSERT ON pipeline_run_movies EXECUTE FUNCTION measure()`);
    const id = await workers.queue(presetPlan('catalogue'));
    expect(await workers.end(id)).toMatchObject({
      ...{ status: 'SUCCESS', enriched: 250, tmdb_requests: 250, enrichment_total: 250 },
    });
    const [largest] = await workers.database.query('SELECT max(movies) AS movies FROM checkpoint');
    expect(largest).toEqual({ movies: 100 });
    const last = await workers.database.query<{ id: number }>(
      'SELECT id FROM movies ORDER BY enriched_at DESC LIMIT 50',
    );
    const leastPopular = new Set(workers.sandbox.movieIds(200, 50));
    expect(last.filter((movie) => !leastPopular.has(movie.id))).toEqual([]);
  });
});
