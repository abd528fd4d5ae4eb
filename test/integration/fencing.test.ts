import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { MoviesRepository } from '../../src/movies/movies.repository.js';
import { EnrichMovies } from '../../src/enrichment/enrich-movies.js';
import { RunLeases } from '../../src/runs/run-lease.repository.js';
import type { RunLease } from '../../src/runs/run-lease.js';
import { RunCheckpoint } from '../../src/runs/run-checkpoint.repository.js';
import { RunCounters } from '../../src/runs/run-counters.js';
import { custom } from '../support/test-pipeline.js';
import { TestWorkers } from '../support/test-workers.js';

let workers: TestWorkers;

beforeEach(async () => {
  workers = await TestWorkers.start({ movies: 20 });
});

afterEach(async () => {
  await workers.close();
});

describe('a worker that has lost its run', () => {
  const now = new Date();
  const movie = { id: 1, title: 'A movie' };

  /** Holds of one run: of the worker that was stopped in its tracks, and of the one that has it now. */
  async function twoHolds(): Promise<{ lost: RunLease; current: RunLease }> {
    const id = await workers.queue(custom({}));
    const claims = workers.front.get(RunLeases);
    const lost = await claims.take(id, { holder: 1, now });
    const current = await claims.take(id, { holder: 2, now });
    return { lost: lost!.hold, current: current!.hold };
  }

  it('can store no movie, settle none and not end the run', async () => {
    const { lost, current } = await twoHolds();
    const journal = workers.front.get(RunCheckpoint);
    const movies = workers.front.get(MoviesRepository);
    await workers.database.query(`INSERT INTO movies (id, title) VALUES (2, 'Another')`);
    const storing = journal.transaction(async (tx) => {
      await tx.$executeRaw`INSERT INTO movies (id, title) VALUES (${movie.id}, ${movie.title})`;
      await journal.moviesStored(tx, lost, { inserted: [movie.id], updated: [], unchanged: [] });
    });
    await expect(storing).rejects.toThrow('has ended or is in other hands');
    const settling = journal.transaction(async (tx) => {
      await movies.markGone([2], now, tx);
      await journal.moviesSettled(tx, lost, [2], 'gone');
    });
    await expect(settling).rejects.toThrow('has ended or is in other hands');
    expect(await workers.database.query('SELECT id, gone_at FROM movies')).toEqual([
      { id: 2, gone_at: null },
    ]);

    const claims = workers.front.get(RunLeases);
    const ending = { status: 'FAILED', errorMessage: 'late', finishedAt: now, sources: [] } as const;
    expect(await claims.finish(lost, ending)).toBe(false);
    expect(await claims.retake(lost, 3)).toBeNull();
    expect(await claims.finish(current, { ...ending, status: 'SUCCESS' })).toBe(true);
  });

  it('can mark no movie as failed or gone, be the run at work or over', async () => {
    const { current } = await twoHolds();
    await workers.database.query(`INSERT INTO movies (id, title) VALUES (1, 'A movie')`);
    const context = {
      hold: { ...current, fence: null },
      tally: new RunCounters(),
      signal: new AbortController().signal,
    };
    const late = (): Promise<void> => workers.front.get(EnrichMovies).failed(1, new Error('late'), context);
    await late();
    await workers.database.query(`UPDATE pipeline_runs SET status = 'SUCCESS'`);
    await late();
    expect(await workers.database.query('SELECT enrich_failures, enrich_retry_at FROM movies')).toEqual([
      { enrich_failures: 0, enrich_retry_at: null },
    ]);
  });
});
