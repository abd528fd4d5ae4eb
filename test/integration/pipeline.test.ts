import { isDeepStrictEqual } from 'node:util';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { presetPlan } from '../../src/runs/run-plan.js';
import { swiftClock } from '../support/swift-clock.js';
import { custom, startTestPipeline, type TestPipeline } from '../support/test-pipeline.js';
import { until } from '../support/until.js';

let pipeline: TestPipeline;

beforeEach(async () => {
  pipeline = await startTestPipeline({ movies: 3_000 });
});

afterEach(async () => {
  await pipeline.close();
});

async function count(from: string): Promise<number> {
  const [row] = await pipeline.query<{ n: number }>(`SELECT count(*)::int AS n FROM ${from}`);
  return row?.n ?? -1;
}

/** Waits for the result of a query that a worker changes after the end of a run. */
async function untilRows(sql: string, expected: readonly object[]): Promise<void> {
  await until(async () => isDeepStrictEqual(await pipeline.query(sql), expected), {
    deadlineMs: 30_000,
    what: `${sql} returns ${JSON.stringify(expected)}`,
  });
}

describe('runs', () => {
  it.each([
    ['quick', { popular: 3, trending: 3 }, 0],
    ['daily', { popular: 5, top_rated: 5, upcoming: 5, now_playing: 5, trending: 3 }, 500],
    // Two of the lists end before their tenth page.
    ['full', { popular: 10, top_rated: 10, upcoming: 7, now_playing: 7, trending: 3 }, 1_000],
  ] as const)(
    'a run of type %s reads its lists and enriches as many movies as its type allows',
    async (type, pages, limit) => {
      const { run, sources, errors } = await pipeline.run(presetPlan(type));
      expect(run).toMatchObject({ status: 'SUCCESS', updateType: type, errorMessage: null, trigger: 'cli' });
      expect(Object.fromEntries(sources.map((report) => [report.source, report.pages_fetched]))).toEqual(
        pages,
      );
      expect(errors).toEqual([]);
      expect(run.counts.enriched).toBe(Math.min(limit, run.moviesProcessed));
      expect(await count('movies')).toBe(run.moviesProcessed);
      expect(await count('movies WHERE enriched_at IS NOT NULL')).toBe(run.counts.enriched);
    },
  );

  it('a custom run reads the requested lists, and by default the lists that v3 read', async () => {
    const requested = await pipeline.run(
      custom({
        categories: ['now_playing', 'top_rated'],
        pages_per_category: 2,
        include_trending: false,
        enrich_data: true,
        max_enrichment: 30,
      }),
    );
    expect(requested.run).toMatchObject({
      status: 'SUCCESS',
      updateType: 'custom',
      counts: { enriched: 30 },
    });
    expect(requested.run.sourceCategories).toEqual(['top_rated', 'now_playing']);
    expect(pipeline.sandbox.counters().requestsTo).toMatchObject({ lists: 4, trending: 0, details: 30 });

    pipeline.sandbox.reset();
    const { run } = await pipeline.run(custom({}));
    expect(run).toMatchObject({ status: 'SUCCESS', counts: { enriched: 0 } });
    expect(pipeline.sandbox.counters().requestsTo).toMatchObject({ lists: 20, trending: 3, details: 0 });
  });

  it('a run uses the rate limiter that all processes on the database share', async () => {
    await pipeline.run(presetPlan('quick'));
    expect(await count('tmdb_rate_limit')).toBe(1);
    expect(await count('tmdb_rate_limit_processes')).toBe(1);
  });

  it('a full run enriches 1,000 movies, including stored ones, and every other overdue movie', async () => {
    const stored = pipeline.sandbox.movieIds(2_000, 900);
    await pipeline.query('INSERT INTO movies (id, popularity) SELECT unnest($1::int[]), 0.1', [stored]);
    const overdue = stored.slice(0, 40);
    await pipeline.query(
      `UPDATE movies SET enriched_at = now() - interval '151 days' WHERE id = ANY($1::int[])`,
      [overdue],
    );
    const { run } = await pipeline.run(presetPlan('full'));
    expect(run.moviesProcessed).toBeLessThan(1_000);
    const unlisted = await count(
      `unnest('{${overdue.join()}}'::int[]) AS id WHERE id NOT IN (SELECT movie_id FROM movie_categories)`,
    );
    expect(unlisted).toBeGreaterThan(0);
    expect(run.counts.enriched).toBe(1_000 + unlisted);
    expect(await count('movies WHERE enriched_at IS NOT NULL')).toBe(run.counts.enriched);
    expect(await count(`movies WHERE enriched_at < now() - interval '1 day'`)).toBe(0);
  });

  it('the counters of a run match the database and the requests to TMDB', async () => {
    const { run } = await pipeline.run(presetPlan('daily'));
    const { requestsTo, requests, details } = pipeline.sandbox.counters();
    expect(run.counts).toMatchObject({
      fetched: 20 * (requestsTo.lists + requestsTo.trending),
      inserted: await count('movies'),
      updated: 0,
      unchanged: 0,
      enriched: details,
      tmdbRequests: requests,
      failed: 0,
    });
    expect(await count('movie_categories')).toBe(
      await count('(SELECT DISTINCT category, movie_id FROM movie_categories) AS distinct_entries'),
    );
  });

  it('a run that is repeated at once requests no details and rewrites no movie', async () => {
    await pipeline.run(presetPlan('full'));
    const before = await pipeline.query('SELECT id, xmin::text, updated_at FROM movies ORDER BY id');
    pipeline.sandbox.reset();
    const { run } = await pipeline.run(presetPlan('full'));
    expect(run).toMatchObject({ status: 'SUCCESS', counts: { inserted: 0, updated: 0, enriched: 0 } });
    expect(run.counts).toMatchObject({ unchanged: run.moviesProcessed, skippedFresh: run.moviesProcessed });
    expect(pipeline.sandbox.counters().requestsTo.details).toBe(0);
    expect(await pipeline.query('SELECT id, xmin::text, updated_at FROM movies ORDER BY id')).toEqual(before);
  });

  it('a run without incremental requests the details of every collected movie again', async () => {
    const plan = custom({ categories: ['popular'], pages_per_category: 2, include_trending: false });
    const enriched = { ...plan, enrichment: { limit: 50, alsoStored: false } };
    await pipeline.run(enriched);
    const { run } = await pipeline.run({ ...enriched, incremental: false });
    expect(run.counts).toMatchObject({ enriched: run.moviesProcessed, skippedFresh: 0 });
  });

  it('a list entry does not change the enriched columns of its movie', async () => {
    await pipeline.run(presetPlan('daily'));
    const columns = '"cast", crew, keywords, runtime, budget, revenue, tagline, trailer_key, enriched_at';
    const before = await pipeline.query(`SELECT id, ${columns} FROM movies ORDER BY id`);
    await pipeline.query('UPDATE movies SET popularity = 1, vote_count = 1, title = NULL');
    const { run } = await pipeline.run(presetPlan('quick'));
    expect(run.counts.updated).toBe(run.moviesProcessed);
    expect(await pipeline.query(`SELECT id, ${columns} FROM movies ORDER BY id`)).toEqual(before);
  });

  it("a run stores each list in TMDB's order", async () => {
    await pipeline.run(presetPlan('quick'));
    const rows = await pipeline.query<{ movie_id: number }>(
      `SELECT movie_id FROM movie_categories WHERE category = 'popular' ORDER BY position LIMIT 20`,
    );
    expect(rows.map((row) => row.movie_id)).toEqual(pipeline.sandbox.movieIds(0, 20));
    expect(await count('genres')).toBe(19);
  });

  it('a run removes a movie from a list that no longer contains it', async () => {
    await pipeline.run(presetPlan('quick'));
    await pipeline.query(`INSERT INTO movies (id) VALUES (2000000000), (2000000001)`);
    await pipeline.query(
      `INSERT INTO movie_categories VALUES ('popular', 2000000000, 3, now() - interval '1 day'),
         ('popular', 2000000001, 4711, now() - interval '1 day')`,
    );
    await pipeline.run(presetPlan('quick'));
    expect(await count(`movie_categories WHERE movie_id = 2000000000`)).toBe(0);
    // A movie beyond the pages that were read may still be in the list.
    expect(await count(`movie_categories WHERE position = 4711`)).toBe(1);
  });

  it('a run that ends deletes its checkpoint, vacuums the tables and counts once in the totals', async () => {
    await pipeline.run(presetPlan('daily'));
    expect(await count('pipeline_run_pages')).toBe(0);
    expect(await count('pipeline_run_movies')).toBe(0);
    await untilRows(`SELECT relname FROM pg_stat_user_tables WHERE vacuum_count > 0 ORDER BY relname`, [
      { relname: 'pipeline_run_movies' },
      { relname: 'pipeline_run_pages' },
    ]);
    expect(await pipeline.query('SELECT status, runs::int FROM pipeline_run_totals WHERE runs > 0')).toEqual([
      { status: 'SUCCESS', runs: 1 },
    ]);
  });

  it('runs older than a year are deleted, except the last success and the runs of an older version', async () => {
    await pipeline.query(`
      INSERT INTO pipeline_runs (status, update_type, run_date) VALUES
        ('SUCCESS', NULL, now() - interval '3660 days'), ('FAILED', 'quick', now() - interval '366 days'),
        ('SUCCESS', 'quick', now() - interval '366 days'), ('FAILED', 'quick', now() - interval '364 days')`);
    pipeline.sandbox.revokeKey();
    await pipeline.run(presetPlan('quick'));
    await untilRows(
      'SELECT id FROM pipeline_runs ORDER BY id',
      [1, 3, 4, 5].map((id) => ({ id })),
    );
    pipeline.sandbox.allowKey();
    await pipeline.run(presetPlan('quick'));
    await untilRows(
      'SELECT id FROM pipeline_runs ORDER BY id',
      [1, 4, 5, 6].map((id) => ({ id })),
    );
  });

  it('a worker whose clock is 400 days ahead deletes no runs of the last year', async () => {
    await pipeline.query(`INSERT INTO pipeline_runs (status, update_type, run_date) VALUES
      ('FAILED', 'quick', now() - interval '366 days'), ('FAILED', 'quick', now() - interval '364 days')`);
    const ahead = jest
      .spyOn(swiftClock, 'now')
      .mockImplementation(() => new Date(Date.now() + 400 * 86_400_000));
    await pipeline.run(presetPlan('quick')).finally(() => {
      ahead.mockRestore();
    });
    await untilRows('SELECT id FROM pipeline_runs ORDER BY id', [{ id: 2 }, { id: 3 }]);
  });

  it('a run that requests more pages than a list has reads the list to its end', async () => {
    const { sources } = await pipeline.run(
      custom({ categories: ['upcoming'], pages_per_category: 500, include_trending: false }),
    );
    expect(sources).toMatchObject([{ source: 'upcoming', pages_planned: 500, status: 'done' }]);
    expect(sources[0]!.pages_fetched).toBeLessThan(10);
  });
});
