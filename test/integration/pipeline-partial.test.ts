import { afterEach, describe, expect, it } from '@jest/globals';
import { presetPlan } from '../../src/runs/run-plan.js';
import { custom, startTestPipeline, type TestPipeline } from '../support/test-pipeline.js';

let pipeline: TestPipeline;

afterEach(async () => {
  await pipeline.close();
});

async function count(from: string): Promise<number> {
  const [row] = await pipeline.query<{ n: number }>(`SELECT count(*)::int AS n FROM ${from}`);
  return row?.n ?? -1;
}

describe('runs that continue after a fault', () => {
  it('a run continues without a page that TMDB fails to return, and reports that page', async () => {
    pipeline = await startTestPipeline({ movies: 1_000 });
    await pipeline.run(presetPlan('quick'));
    const list = `SELECT movie_id, position FROM movie_categories WHERE category = 'popular' ORDER BY position`;
    const before = await pipeline.query(list);
    pipeline.sandbox.breakDown('/movie/popular?page=2');
    const { run, sources, errors } = await pipeline.run(presetPlan('quick'));
    expect(run).toMatchObject({ status: 'PARTIAL', counts: { failed: 1, tmdbRetries: 4 } });
    expect(run.errorMessage).toMatch(/^1 page failed: 1 × /);
    expect(sources).toMatchObject([
      { source: 'popular', status: 'partial', pages_fetched: 2, error: expect.stringContaining('500') },
      { source: 'trending', status: 'done', pages_fetched: 3 },
    ]);
    expect(errors).toMatchObject([{ source: 'popular', page: 2, movieId: null, code: 'server_error' }]);
    // The movies on that page may still be in the list.
    expect(await pipeline.query(list)).toEqual(before);
  });

  it('a run continues without a source that TMDB fails to return, and names that source', async () => {
    pipeline = await startTestPipeline({ movies: 3_000 });
    pipeline.sandbox.breakDown('/movie/top_rated');
    const { run, sources } = await pipeline.run(presetPlan('daily'));
    expect(run.status).toBe('PARTIAL');
    expect(run.errorMessage).toMatch(/^1 of 5 sources failed: top_rated \(.*500.*\)\.$/);
    expect(Object.fromEntries(sources.map(({ source, status }) => [source, status]))).toEqual({
      popular: 'done',
      top_rated: 'failed',
      upcoming: 'done',
      now_playing: 'done',
      trending: 'done',
    });
    expect(run.counts.enriched).toBe(run.moviesProcessed);
    expect(await count('movies WHERE enriched_at IS NOT NULL')).toBe(run.moviesProcessed);
  });

  it('a movie whose details TMDB fails to return is stored without them', async () => {
    pipeline = await startTestPipeline({ movies: 1_000 });
    const [failing] = pipeline.sandbox.movieIds(4, 1);
    pipeline.sandbox.breakDown(`/movie/${failing}`);
    const plan = custom({ categories: ['popular'], include_trending: false, enrich_data: true });
    const { run, errors } = await pipeline.run(plan);
    expect(run).toMatchObject({ status: 'PARTIAL', counts: { enriched: 49, failed: 1 } });
    expect(run.errorMessage).toMatch(/^1 movie failed: 1 × /);
    expect(errors).toMatchObject([{ movieId: failing, source: null, code: 'server_error' }]);
    expect(await count(`movies WHERE id = ${failing} AND title IS NOT NULL AND enriched_at IS NULL`)).toBe(1);
  });

  it('a run uses the stored genres when TMDB fails to return its list of genres', async () => {
    pipeline = await startTestPipeline({ movies: 1_000 });
    await pipeline.run(presetPlan('quick'));
    const genres = 'SELECT id, genres FROM movies ORDER BY id';
    const before = await pipeline.query(genres);
    pipeline.sandbox.breakDown('/genre/movie/list');
    const { run } = await pipeline.run(presetPlan('quick'));
    expect(run).toMatchObject({ status: 'PARTIAL', counts: { unchanged: run.moviesProcessed, failed: 1 } });
    expect(await pipeline.query(genres)).toEqual(before);
  });
});

describe('runs that end early', () => {
  it('a run ends early when TMDB goes down, and keeps the movies that it has stored', async () => {
    pipeline = await startTestPipeline({ movies: 3_000, latencyMs: 2 });
    const { run } = await pipeline.run(presetPlan('daily'), {
      whileActive: ({ enriched }) => {
        if (enriched > 20) pipeline.sandbox.setFaults({ unavailable: 1 });
      },
    });
    expect(run.status).toBe('PARTIAL');
    expect(run.errorMessage).toMatch(/^TMDB is offline or under maintenance/);
    expect(run.counts.enriched).toBeLessThan(200);
    expect(await count('movies WHERE enriched_at IS NOT NULL')).toBe(run.counts.enriched);
    expect(await count('movies')).toBe(run.moviesProcessed);
  });

  it('a run fails early when every request fails, without trying each movie', async () => {
    pipeline = await startTestPipeline({ movies: 3_000, faults: { dropped: 1 } });
    const { run } = await pipeline.run(presetPlan('full'));
    expect(run.status).toBe('FAILED');
    expect(run.errorMessage).toMatch(/^Nothing could be stored\. .*TMDB/);
    expect(pipeline.sandbox.counters().requests).toBeLessThan(200);
  });

  it('a run fails with an error that names TMDB_BASE_URL when nothing listens there', async () => {
    pipeline = await startTestPipeline({}, { TMDB_BASE_URL: 'http://127.0.0.1:1/3' });
    const { run } = await pipeline.run(presetPlan('quick'));
    expect(run).toMatchObject({ status: 'FAILED', errorMessage: expect.stringContaining('TMDB_BASE_URL') });
  });
});
