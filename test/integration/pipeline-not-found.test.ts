import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { RunDetails } from '../../src/runs/run.js';
import { custom, startTestPipeline, type TestPipeline } from '../support/test-pipeline.js';

let pipeline: TestPipeline;

beforeEach(async () => {
  pipeline = await startTestPipeline({ movies: 1_000 });
});

afterEach(async () => {
  await pipeline.close();
});

/** Reads five pages of popular movies and requests the details of each. */
const ALL = {
  ...custom({ categories: ['popular'], include_trending: false, incremental: false }),
  enrichment: { limit: 1_000, alsoStored: false },
};

/** Runs again as if everything before had happened a day earlier. */
async function runNextDay(): Promise<RunDetails> {
  await pipeline.query(`UPDATE movies SET not_found_at = not_found_at - interval '1 day'`);
  return pipeline.run(ALL);
}

async function idsWhere(condition: string): Promise<number[]> {
  const rows = await pipeline.query<{ id: number }>(`SELECT id FROM movies WHERE ${condition} ORDER BY id`);
  return rows.map(({ id }) => id);
}

describe('movies that TMDB does not find', () => {
  it('are gone after a second day, keep their rows, and are not gone once TMDB finds them again', async () => {
    const [missing] = pipeline.sandbox.movieIds(3, 1);
    pipeline.sandbox.remove(missing!);
    const first = await pipeline.run(ALL);
    expect(first.run).toMatchObject({ status: 'SUCCESS', counts: { gone: 1, failed: 0 } });
    expect(await idsWhere('gone_at IS NOT NULL')).toEqual([]);
    // On the same day.
    await pipeline.run(ALL);
    expect(await idsWhere('gone_at IS NOT NULL')).toEqual([]);

    const second = await runNextDay();
    expect(second.run).toMatchObject({ status: 'SUCCESS', counts: { gone: 1, failed: 0 } });
    expect(await idsWhere('gone_at IS NOT NULL AND title IS NOT NULL')).toEqual([missing]);

    pipeline.sandbox.restore(missing!);
    await pipeline.run(ALL);
    expect(await idsWhere('gone_at IS NOT NULL OR not_found_at IS NOT NULL')).toEqual([]);
  });

  it('are failures and never gone when they are many at once, on the next day too', async () => {
    const missing = pipeline.sandbox.movieIds(0, 60);
    pipeline.sandbox.remove(...missing);
    for (const { run, errors } of [await pipeline.run(ALL), await runNextDay()]) {
      const total = run.counts.enriched + 60;
      expect(run).toMatchObject({ status: 'PARTIAL', counts: { gone: 0, failed: 60 } });
      expect(run.errorMessage).toBe(
        `60 movies failed: 60 × TMDB did not find 60 of the ${total} movies that were requested, which is too many to ` +
          'believe. None is marked as gone; the next run requests them again.',
      );
      expect(errors).toHaveLength(60);
      expect(errors[0]).toMatchObject({ code: 'mass_not_found', source: null, page: null });
      expect(new Set(errors.map(({ movieId }) => movieId))).toEqual(new Set(missing));
      expect(
        await idsWhere('gone_at IS NOT NULL OR not_found_at IS NOT NULL OR enrich_failures > 0'),
      ).toEqual([]);
    }
  });

  it('do not make other movies doubtful once they are known to be missing', async () => {
    const missing = pipeline.sandbox.movieIds(0, 9);
    pipeline.sandbox.remove(...missing.slice(0, 5));
    await pipeline.run(ALL);
    pipeline.sandbox.remove(...missing);
    const { run } = await runNextDay();
    expect(run).toMatchObject({ status: 'SUCCESS', counts: { gone: 9, failed: 0 } });
    expect(await idsWhere('gone_at IS NOT NULL')).toEqual(missing.slice(0, 5).sort((a, b) => a - b));
    expect(await idsWhere('gone_at IS NULL AND not_found_at IS NOT NULL')).toHaveLength(4);
  });
});

describe('a run that refreshes everything', () => {
  it('requests the details of every stored movie again, whether they are due or not', async () => {
    await pipeline.run(ALL);
    await pipeline.query(`INSERT INTO movies (id, enriched_at) SELECT $1, now()`, [
      pipeline.sandbox.movieIds(900, 1)[0],
    ]);
    await pipeline.query(`UPDATE movies SET homepage = NULL, enrich_retry_at = now() + interval '1 day'`);
    const stored = (await idsWhere('true')).length;
    pipeline.sandbox.reset();
    const { run } = await pipeline.run(
      custom({ categories: [], include_trending: false, refresh_all: true, max_enrichment: 1 }),
    );
    expect(run).toMatchObject({ status: 'SUCCESS', counts: { enriched: stored, skippedFresh: 0 } });
    expect(pipeline.sandbox.counters().requestsTo).toMatchObject({ details: stored, lists: 0 });
    expect((await idsWhere('homepage IS NOT NULL')).length).toBeGreaterThan(20);
  });
});

describe('conflicting transactions', () => {
  it('a deadlock while a page or details are stored is retried, and the run ends SUCCESS', async () => {
    // A sequence does not go back with the transaction that fails.
    await pipeline.query(`
      CREATE SEQUENCE page_writes; CREATE SEQUENCE details_writes; CREATE SEQUENCE plan_writes;
      CREATE FUNCTION fail_once() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF nextval(TG_ARGV[0]) = 1 THEN RAISE EXCEPTION 'deadlock detected' USING ERRCODE = '40P01'; END IF;
        RETURN NULL;
      END $$;
      CREATE TRIGGER page AFTER INSERT ON movie_categories EXECUTE FUNCTION fail_once('page_writes');
      CREATE TRIGGER details AFTER UPDATE ON movies EXECUTE FUNCTION fail_once('details_writes');
      CREATE TRIGGER plan AFTER INSERT ON pipeline_run_movies EXECUTE FUNCTION fail_once('plan_writes')`);
    const { run } = await pipeline.run(ALL);
    expect(run).toMatchObject({ status: 'SUCCESS', counts: { enriched: run.moviesProcessed, failed: 0 } });
    expect(await pipeline.query(`SELECT count(*)::int AS n FROM movie_categories`)).toEqual([
      { n: run.moviesProcessed },
    ]);
    for (const sequence of ['page_writes', 'details_writes', 'plan_writes']) {
      const [row] = await pipeline.query<{ writes: number }>(
        `SELECT last_value::int AS writes FROM ${sequence}`,
      );
      expect(row!.writes).toBeGreaterThan(1);
    }
  });
});
