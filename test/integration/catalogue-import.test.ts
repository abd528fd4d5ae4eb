import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { presetPlan } from '../../src/runs/run-plan.js';
import type { RunDetails } from '../../src/runs/run.js';
import type { ExportFault } from '../../src/sandbox/exports.js';
import { startTestPipeline, type TestPipeline } from '../support/test-pipeline.js';

const MOVIES = 120;
const ADULT = 13;

let pipeline: TestPipeline;

beforeAll(async () => {
  pipeline = await startTestPipeline({ movies: MOVIES, seed: 3 }, { CATALOGUE: 'all' });
});

beforeEach(async () => {
  pipeline.sandbox.publishExports({ lastDay: dayBefore(0), fault: null });
  pipeline.sandbox.setFaults({});
  pipeline.sandbox.restore(...pipeline.sandbox.movieIds(0, MOVIES));
  await pipeline.query('TRUNCATE movies, catalogue, catalogue_imports CASCADE');
});

afterAll(async () => {
  await pipeline.close();
});

function catalogueRun(): Promise<RunDetails> {
  return pipeline.run(presetPlan('catalogue'));
}

/** `YYYY-MM-DD`, in UTC. */
function dayBefore(days: number): string {
  return new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10);
}

function catalogue(): Promise<object[]> {
  return pipeline.query(
    `SELECT movie_id, adult, popularity, first_seen::text, last_seen::text, missing_since::text FROM catalogue ORDER BY movie_id`,
  );
}

function imports(): Promise<object[]> {
  return pipeline.query(
    'SELECT export_date::text AS day, movies, adult_movies FROM catalogue_imports ORDER BY export_date',
  );
}

/** As if the imports of the test had happened a day earlier. */
async function aDayPasses(): Promise<void> {
  await pipeline.query(`UPDATE catalogue_imports SET export_date = export_date - 1`);
  await pipeline.query(
    'UPDATE catalogue SET first_seen = first_seen - 1, last_seen = last_seen - 1, missing_since = missing_since - 1',
  );
}

describe('the import of the id exports', () => {
  it('stores one row for each id of the export of today, without adult movies, and enriches each', async () => {
    const { run, errors } = await catalogueRun();
    expect(errors).toEqual([]);
    expect(run).toMatchObject({ status: 'SUCCESS', counts: { enriched: MOVIES, tmdbRequests: MOVIES } });
    const rows = await catalogue();
    expect(rows).toHaveLength(MOVIES);
    const today = dayBefore(0);
    for (const row of rows) {
      expect(row).toMatchObject({ adult: false, first_seen: today, last_seen: today, missing_since: null });
    }
    expect(await imports()).toEqual([{ day: today, movies: MOVIES, adult_movies: null }]);
  });

  it('takes the export of yesterday while that of today is not published, and each only once', async () => {
    pipeline.sandbox.publishExports({ lastDay: dayBefore(1) });
    expect((await catalogueRun()).run.status).toBe('SUCCESS');
    expect(await imports()).toMatchObject([{ day: dayBefore(1) }]);
    const before = pipeline.sandbox.counters().requestsTo.export;
    expect((await catalogueRun()).run).toMatchObject({ status: 'SUCCESS', counts: { enriched: 0 } });
    // The one for today's.
    expect(pipeline.sandbox.counters().requestsTo.export).toBe(before + 1);
    pipeline.sandbox.publishExports({ lastDay: dayBefore(0) });
    await catalogueRun();
    expect(await imports()).toMatchObject([{ day: dayBefore(1) }, { day: dayBefore(0) }]);
    expect(await catalogue()).toContainEqual(
      expect.objectContaining({ first_seen: dayBefore(1), last_seen: dayBefore(0) }),
    );
  });

  it('without an export of today or yesterday, the run is PARTIAL and names both days', async () => {
    pipeline.sandbox.publishExports({ lastDay: dayBefore(2) });
    const { run } = await catalogueRun();
    expect(run.status).toBe('PARTIAL');
    expect(run.errorMessage).toContain(`none of ${dayBefore(0)} or ${dayBefore(1)}`);
    expect(await imports()).toEqual([]);
  });

  it.each<[ExportFault, RegExp]>([
    ['cut', /the file is cut/],
    ['damaged', /line 120 of the file names no movie/],
    ['duplicated', /names movie \d+ twice/],
    ['shrunken', /it names 113 movies, less than 98 % of the 120 of the last accepted one/],
    ['stale', /is of another date/],
  ])(
    'an export that is %s makes the run PARTIAL with the reason, and changes nothing',
    async (fault, reason) => {
      await catalogueRun();
      await aDayPasses();
      pipeline.sandbox.remove(...pipeline.sandbox.movieIds(5, 1));
      pipeline.sandbox.publishExports({ fault });
      const before = [await catalogue(), await imports()];
      const { run, errors } = await catalogueRun();
      expect(run).toMatchObject({
        status: 'PARTIAL',
        errorMessage: expect.stringMatching(/^1 id export failed: /),
      });
      expect(errors).toMatchObject([{ source: 'id_exports', code: 'export_refused' }]);
      expect(run.errorMessage).toMatch(reason);
      expect([await catalogue(), await imports()]).toEqual(before);
      pipeline.sandbox.publishExports({ fault: null });
      expect((await catalogueRun()).run.status).toBe('SUCCESS');
      expect(await imports()).toHaveLength(2);
    },
  );

  it('marks ids that the export no longer names, with its date, and clears the mark when they return', async () => {
    await catalogueRun();
    await aDayPasses();
    const [id] = pipeline.sandbox.movieIds(7, 1);
    pipeline.sandbox.remove(id!);
    await catalogueRun();
    const missing = async (): Promise<object[]> =>
      pipeline.query('SELECT movie_id, missing_since::text FROM catalogue WHERE missing_since IS NOT NULL');
    expect(await missing()).toEqual([{ movie_id: id, missing_since: dayBefore(0) }]);
    await aDayPasses();
    await catalogueRun();
    expect(await missing()).toEqual([{ movie_id: id, missing_since: dayBefore(1) }]);
    await aDayPasses();
    pipeline.sandbox.restore(id!);
    await catalogueRun();
    expect(await missing()).toEqual([]);
  });

  it('replaces a stored popularity that differs by more than a tenth, and updated_at does not move', async () => {
    await catalogueRun();
    await aDayPasses();
    const [far, near] = pipeline.sandbox.movieIds(0, 2);
    const before = await pipeline.query<{ popularity: number }>(
      'SELECT popularity FROM movies WHERE id IN ($1, $2) ORDER BY id',
      [far, near],
    );
    await pipeline.query('UPDATE movies SET popularity = popularity * 1.2 WHERE id = $1', [far]);
    await pipeline.query('UPDATE movies SET popularity = popularity * 1.05 WHERE id = $1', [near]);
    const updated = await pipeline.query('SELECT id, updated_at FROM movies ORDER BY id');
    await catalogueRun();
    expect(await pipeline.query('SELECT id, updated_at FROM movies ORDER BY id')).toEqual(updated);
    const after = await pipeline.query<{ popularity: number }>(
      'SELECT popularity FROM movies WHERE id IN ($1, $2) ORDER BY id',
      [far, near],
    );
    expect(after[0]).toEqual(before[0]);
    expect(after[1]!.popularity).toBeCloseTo(before[1]!.popularity * 1.05, 6);
  });

  it('a server of the exports that cannot be reached makes the run PARTIAL', async () => {
    pipeline.sandbox.setFaults({ dropped: 1 });
    const { run } = await catalogueRun();
    expect(run).toMatchObject({
      status: 'PARTIAL',
      errorMessage: expect.stringContaining('Check TMDB_EXPORT_URL'),
    });
  });
});

describe('with CATALOGUE_ADULT=true', () => {
  beforeAll(async () => {
    await pipeline.close();
    pipeline = await startTestPipeline(
      { movies: MOVIES, seed: 3 },
      { CATALOGUE: 'all', CATALOGUE_ADULT: 'true' },
    );
  });

  it('both exports of one date are imported, or none', async () => {
    const { run } = await catalogueRun();
    expect(run).toMatchObject({ status: 'SUCCESS', counts: { enriched: MOVIES + ADULT } });
    expect(await imports()).toEqual([{ day: dayBefore(0), movies: MOVIES, adult_movies: ADULT }]);
    expect(await pipeline.query('SELECT id FROM movies WHERE adult')).toHaveLength(ADULT);
  });
});
