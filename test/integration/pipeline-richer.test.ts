import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { custom, startTestPipeline, type TestPipeline } from '../support/test-pipeline.js';

const ONE_PAGE = custom({
  categories: ['popular'],
  pages_per_category: 1,
  include_trending: false,
  enrich_data: true,
});

let pipeline: TestPipeline;

beforeAll(async () => {
  pipeline = await startTestPipeline({ movies: 1_000 }, { LANGUAGES: 'de,pt-BR', REGIONS: 'US,DE' });
  await pipeline.run(ONE_PAGE);
});

afterAll(() => pipeline.close());

describe('a run with LANGUAGES and REGIONS', () => {
  it('stores the translations and releases that they name, and no others', async () => {
    expect(await pipeline.query('SELECT DISTINCT language, region FROM movie_translations')).toEqual([
      { language: 'de', region: 'DE' },
    ]);
    expect(await pipeline.query('SELECT DISTINCT region FROM movie_releases ORDER BY region')).toEqual([
      { region: 'DE' },
      { region: 'US' },
    ]);
  });

  it('stores the other values of the details', async () => {
    const [row] = await pipeline.query(`SELECT count(*)::int AS movies, count(origin_country)::int AS origins,
      count(production_companies)::int AS companies, count(alternative_titles)::int AS titles,
      count(video)::int AS videos, count(certification) > 0 AS "areCertified" FROM movies`);
    expect(row).toEqual({
      ...{ movies: 20, origins: 20, companies: 20, titles: 20, videos: 20 },
      areCertified: true,
    });
  });
});

describe('a run with refresh_incomplete', () => {
  it('enriches the most popular movies that lack newer columns, then the due ones, up to the limit', async () => {
    const [first, second, third, fresh] = pipeline.sandbox.movieIds(0, 4);
    await pipeline.query('UPDATE movies SET alternative_titles = NULL WHERE id = ANY($1::int[])', [
      [first, second, third],
    ]);
    await pipeline.query(`UPDATE movies SET enriched_at = now() - interval '200 days' WHERE id = $1`, [
      fresh,
    ]);
    const refresh = { enrich_data: true, refresh_incomplete: true };
    const { run } = await pipeline.run(
      custom({ ...refresh, categories: [], include_trending: false, max_enrichment: 2 }),
    );
    expect(run).toMatchObject({ status: 'SUCCESS', counts: { enriched: 2 } });
    const lacking = 'SELECT id FROM movies WHERE alternative_titles IS NULL';
    expect(await pipeline.query(lacking)).toEqual([{ id: third }]);

    const { run: next } = await pipeline.run(
      custom({ ...refresh, categories: ['popular'], pages_per_category: 1, include_trending: false }),
    );
    expect(next.counts).toMatchObject({ enriched: 2, skippedFresh: 18 });
    expect(await pipeline.query(lacking)).toEqual([]);
  });
});
