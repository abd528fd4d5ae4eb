import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { presetPlan } from '../../src/runs/run-plan.js';
import { startTestPipeline, type TestPipeline } from '../support/test-pipeline.js';

let pipeline: TestPipeline;
/** Movies that are in none of the pages that a daily run reads. */
let ids: number[];

beforeAll(async () => {
  pipeline = await startTestPipeline({ movies: 3_000 });
  ids = pipeline.sandbox.movieIds(2_990, 5);
});
afterAll(() => pipeline.close());
beforeEach(async () => {
  await pipeline.query('TRUNCATE movies, tmdb_change_days CASCADE');
  await pipeline.query(
    `INSERT INTO movies (id, title, alternative_titles, enriched_at)
     SELECT id, 'Stored', '[]', now() - interval '2 days' FROM unnest($1::int[]) AS id`,
    [ids],
  );
});

async function unchanged(): Promise<unknown[]> {
  return pipeline.query(`SELECT id FROM movies WHERE title = 'Stored'`);
}

it('a daily run reads the days of the change feed, and enriches stored movies that no list names', async () => {
  const { run } = await pipeline.run(presetPlan('daily'));
  expect(run).toMatchObject({ status: 'SUCCESS', counts: { feedMissed: 0 } });
  expect(await unchanged()).toEqual([]);
  expect(
    await pipeline.query(
      `SELECT current_date - day AS "daysAgo", changes FROM tmdb_change_days WHERE read_at IS NOT NULL ORDER BY day`,
    ),
  ).toEqual([
    { daysAgo: 2, changes: 3_000 },
    { daysAgo: 1, changes: 3_000 },
  ]);
});

it('a quick run does not read the change feed', async () => {
  pipeline.sandbox.reset();
  await pipeline.run(presetPlan('quick'));
  expect(pipeline.sandbox.counters().requestsTo.changes).toBe(0);
});

it('a daily run whose change feed fails enriches what its lists name, and is PARTIAL', async () => {
  pipeline.sandbox.breakDown('/movie/changes?page=7');
  const { run, errors } = await pipeline.run(presetPlan('daily'));
  pipeline.sandbox.repair('/movie/changes?page=7');
  expect(run.status).toBe('PARTIAL');
  expect(run.counts.enriched).toBeGreaterThan(100);
  expect(errors.map(({ source, code }) => [source, code])).toEqual([
    ['changes', 'server_error'],
    ['changes', 'server_error'],
  ]);
  expect(await pipeline.query('SELECT FROM tmdb_change_days WHERE read_at IS NULL')).toHaveLength(2);
});
