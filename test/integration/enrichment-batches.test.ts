import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { EnrichmentBatches } from '../../src/enrichment/enrichment-batches.js';
import { RunCheckpoint } from '../../src/runs/run-checkpoint.repository.js';
import { RunMovies } from '../../src/runs/run-movies.repository.js';
import { custom } from '../support/test-pipeline.js';
import { TestWorkers } from '../support/test-workers.js';
import { until } from '../support/until.js';

let workers: TestWorkers;

beforeEach(async () => {
  workers = await TestWorkers.start({ movies: 300 });
});

afterEach(async () => {
  await workers.close();
});

/** A batch of a run that a worker elsewhere leads. Returns the run's id. */
async function queueBatch(): Promise<number> {
  const { database, front, sandbox } = workers;
  const id = await workers.queue(custom({}));
  await database.query(
    `UPDATE pipeline_runs SET status = 'RUNNING', started_at = now(), leaseholder = gen_random_uuid()`,
  );
  await database.query(`UPDATE movie_pipeline_jobs.job SET start_after = now() + interval '1 day'`);
  const ids = sandbox.movieIds(1, 3);
  await database.query(`INSERT INTO movies (id) SELECT unnest($1::int[])`, [ids]);
  await front.get(RunCheckpoint).transaction(async (tx) => {
    await front.get(RunMovies).plan(tx, { runId: id, fencingToken: 0 }, { ids, rest: null, fresh: 0 });
    await front.get(EnrichmentBatches, { strict: false }).send(tx, id, ids.length);
  });
  return id;
}

async function expectOpenAfterAnAttempt(): Promise<void> {
  const attempted = `SELECT state FROM movie_pipeline_jobs.job WHERE name = 'enrich' AND state NOT IN ('created', 'active')`;
  await until(async () => (await workers.database.query(attempted)).length > 0, {
    deadlineMs: 30_000,
    what: 'a worker has tried the batch',
  });
  expect(await workers.database.query(attempted)).toEqual([{ state: 'retry' }]);
}

it('a batch of a cancelled run stays open until the run has ended, so that its movies do not count as failed', async () => {
  const id = await queueBatch();
  workers.sandbox.setFaults({ hung: 1 });
  await workers.database.query('UPDATE pipeline_runs SET cancel_requested_at = now() WHERE id = $1', [id]);
  await workers.worker();
  await expectOpenAfterAnAttempt();
});

it('a batch that TMDB rejects for good stays open until the run has ended, and tells the run why', async () => {
  const id = await queueBatch();
  workers.sandbox.revokeKey();
  await workers.worker();
  await expectOpenAfterAnAttempt();
  expect(await workers.run(id)).toMatchObject({ abort_reason: { kind: 'failed' } });
});
