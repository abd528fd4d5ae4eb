import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { EnrichMovies } from '../../src/enrichment/enrich-movies.js';
import { newStop } from '../../src/runs/run-context.js';
import { RunCounters } from '../../src/runs/run-counters.js';
import { TestWorkers } from '../support/test-workers.js';

/** As a run has that found so many overdue, and enriched all but these. */
const PLACES = [0, 9_999, 10_000, 19_999, 20_000];

let workers: TestWorkers;

beforeAll(async () => {
  workers = await TestWorkers.start({ movies: 300 });
});
afterAll(() => workers.close());

it('a run in the foreground enriches what is due of more movies than are read at once', async () => {
  const { database, front, sandbox } = workers;
  const ids = sandbox.movieIds(1, PLACES.length);
  const [{ id: runId }] = (await database.query<{ id: number }>(
    `INSERT INTO pipeline_runs (status, started_at) VALUES ('RUNNING', now()) RETURNING id`,
  )) as [{ id: number }];
  await database.query(
    `INSERT INTO pipeline_run_movies (run_id, movie_id, place, enrichment)
     SELECT $1, id, place, 'due' FROM unnest($2::int[], $3::int[]) AS due (id, place)`,
    [runId, ids, PLACES],
  );
  const stop = newStop();
  await front.get(EnrichMovies).enrichAll(20_001, {
    ...{ hold: { runId, fence: 0 }, tally: new RunCounters(), signal: stop.signal },
    stop: (reason) => {
      stop.abort(reason);
    },
  });
  const stored = await database.query('SELECT id FROM movies WHERE enriched_at IS NOT NULL ORDER BY id');
  expect(stored).toEqual([...ids].sort((a, b) => a - b).map((id) => ({ id })));
  expect(sandbox.counters().asked.details).toBe(PLACES.length);
});
