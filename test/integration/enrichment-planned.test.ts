import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { LeaseLostError } from '../../src/runs/run-lease.js';
import { RunCheckpoint } from '../../src/runs/run-checkpoint.repository.js';
import { type MoviesStore, openMoviesStore } from '../support/movies-store.js';

const now = new Date('2026-09-30T00:00:00Z');
const ALL = { from: 0, to: 100 };

let store: MoviesStore;
let journal: RunCheckpoint;
let runId: number;

beforeAll(async () => {
  store = await openMoviesStore();
  journal = new RunCheckpoint(store.prisma);
});
afterAll(() => store.close());
beforeEach(async () => {
  await store.query('TRUNCATE movies, pipeline_runs CASCADE');
  const [run] = await store.query<{ id: number }>(
    `INSERT INTO pipeline_runs (status, started_at) VALUES ('RUNNING', now()) RETURNING id`,
  );
  runId = run!.id;
});

/** The higher its id, the longer ago was a movie enriched. */
async function overdueMovies(ids: readonly number[]): Promise<void> {
  await store.query(
    `INSERT INTO movies (id, enriched_at)
     SELECT id, $2::timestamptz - interval '151 days' - id * interval '1 day' FROM unnest($1::int[]) AS id`,
    [ids, now],
  );
}

function plan(ids: readonly number[], rest = store.movies.overdue(now), fence = 0): Promise<number> {
  return journal.transaction((tx) =>
    journal.enrichmentPlanned(tx, { runId, fence }, { ids, rest, fresh: 2 }),
  );
}

describe('which movies a run is to enrich', () => {
  it('are those that were chosen, then those that are overdue, the oldest first, each once', async () => {
    await overdueMovies([1, 2, 3, 4]);
    expect(await plan([9, 2])).toBe(5);
    expect(await journal.due(runId, ALL)).toEqual([9, 2, 4, 3, 1]);
    expect(await journal.due(runId, { from: 1, to: 3 })).toEqual([2, 4]);
    expect(await journal.countDue(runId)).toBe(5);
    const [run] = await store.query('SELECT enrichment_total, skipped_fresh FROM pipeline_runs');
    expect(run).toEqual({ enrichment_total: 5, skipped_fresh: 2 });
  });

  it('keep what their lists did to them', async () => {
    await overdueMovies([1, 2]);
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

  it('may be none', async () => {
    expect(await plan([])).toBe(0);
    expect(await journal.due(runId, ALL)).toEqual([]);
  });

  it('are not settled by a worker that lost the run', async () => {
    await overdueMovies([1]);
    await expect(plan([9], undefined, 7)).rejects.toThrow(LeaseLostError);
    expect(await journal.due(runId, ALL)).toEqual([]);
  });
});
