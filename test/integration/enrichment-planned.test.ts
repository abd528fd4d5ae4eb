import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { RunAborted } from '../../src/runs/run-ending.js';
import { RunMovies } from '../../src/runs/run-movies.repository.js';
import { type MoviesStore, openMoviesStore } from '../support/movies-store.js';

const now = new Date('2026-09-30T00:00:00Z');
const ALL_PLACES = { from: 0, to: 100 };

let store: MoviesStore;
let runMovies: RunMovies;
let runId: number;

beforeAll(async () => {
  store = await openMoviesStore();
  runMovies = new RunMovies(store.prisma);
});
afterAll(() => store.close());
beforeEach(async () => {
  await store.query('TRUNCATE movies, pipeline_runs CASCADE');
  const [run] = await store.query<{ id: number }>(
    `INSERT INTO pipeline_runs (status, started_at) VALUES ('RUNNING', now()) RETURNING id`,
  );
  runId = run!.id;
});

/** Adds overdue movies. The higher the id, the longer ago the movie was enriched. */
async function addOverdueMovies(ids: readonly number[]): Promise<void> {
  await store.query(
    `INSERT INTO movies (id, enriched_at)
     SELECT id, $2::timestamptz - interval '151 days' - id * interval '1 day' FROM unnest($1::int[]) AS id`,
    [ids, now],
  );
}

function plan(ids: readonly number[], rest = store.movies.urgent(now), fencingToken = 0): Promise<number> {
  return store.prisma.$transaction((tx) =>
    runMovies.plan(tx, { runId, fencingToken }, { ids, rest, fresh: 2 }),
  );
}

describe('planned movies', () => {
  it('a run enriches the selected movies, then the overdue ones from the oldest, each once', async () => {
    await addOverdueMovies([1, 2, 3, 4]);
    expect(await plan([9, 2])).toBe(5);
    expect(await runMovies.due(runId, ALL_PLACES)).toEqual([9, 2, 4, 3, 1]);
    expect(await runMovies.due(runId, { from: 1, to: 3 })).toEqual([2, 4]);
    expect(await runMovies.remaining(runId)).toEqual({ due: 5, failed: 0 });
    const [run] = await store.query('SELECT enrichment_total, skipped_fresh FROM pipeline_runs');
    expect(run).toEqual({ enrichment_total: 5, skipped_fresh: 2 });
  });

  it('a planned movie keeps the result of storing it from a list', async () => {
    await addOverdueMovies([1, 2]);
    await store.query(
      `INSERT INTO pipeline_run_movies (run_id, movie_id, stored) VALUES ($1, 2, 'updated'), ($1, 9, 'inserted')`,
      [runId],
    );
    expect(await plan([9])).toBe(3);
    expect(
      await store.query('SELECT movie_id, stored, place, enrichment FROM pipeline_run_movies ORDER BY place'),
    ).toEqual([
      { movie_id: 9, stored: 'inserted', place: 0, enrichment: 'due' },
      { movie_id: 2, stored: 'updated', place: 1, enrichment: 'due' },
      { movie_id: 1, stored: null, place: 2, enrichment: 'due' },
    ]);
  });

  it('a plan may contain no movies', async () => {
    expect(await plan([])).toBe(0);
    expect(await runMovies.due(runId, ALL_PLACES)).toEqual([]);
  });

  it('no plan is recorded under a lost lease', async () => {
    await addOverdueMovies([1]);
    await expect(plan([9], undefined, 7)).rejects.toThrow(RunAborted);
    expect(await runMovies.due(runId, ALL_PLACES)).toEqual([]);
  });
});
