import { afterEach, describe, expect, it } from '@jest/globals';
import { presetPlan } from '../../src/runs/run-plan.js';
import { json, type Reply, ScriptedServer } from '../support/scripted-server.js';
import { custom, startTestPipeline, type TestPipeline } from '../support/test-pipeline.js';

let pipeline: TestPipeline;
let tmdb: ScriptedServer | null = null;

afterEach(async () => {
  await pipeline.close();
  await tmdb?.stop();
  tmdb = null;
});

/** The ids on the first pages of one of the sandbox's lists, in order and with repeats. */
async function listedIds(path: string, pages: number): Promise<number[]> {
  const ids: number[] = [];
  for (let page = 1; page <= pages; page++) {
    const response = await fetch(`${pipeline.sandbox.url}${path}?page=${page}&api_key=${'0'.repeat(32)}`);
    ids.push(...((await response.json()) as { results: { id: number }[] }).results.map(({ id }) => id));
  }
  return ids;
}

describe('shifting lists', () => {
  it('a run over shifting lists stores each movie once, and each list with its movies at their positions', async () => {
    pipeline = await startTestPipeline({ movies: 5_000 });
    const { run, sources } = await pipeline.run({ ...presetPlan('daily'), enrichment: null });
    const paths = {
      popular: ['/movie/popular', 5],
      top_rated: ['/movie/top_rated', 5],
      upcoming: ['/movie/upcoming', 5],
      now_playing: ['/movie/now_playing', 5],
      trending: ['/trending/movie/week', 3],
    } as const;
    const distinct = new Set<number>();
    let entries = 0;
    for (const [source, [path, pages]] of Object.entries(paths)) {
      const ids = await listedIds(path, pages);
      entries += ids.length;
      for (const id of ids) distinct.add(id);
      const stored = await pipeline.query<{ movie_id: number; position: number }>(
        'SELECT movie_id, position FROM movie_categories WHERE category = $1 ORDER BY position',
        [source],
      );
      const expected = [...new Set(ids)].map((id) => ({ movie_id: id, position: ids.indexOf(id) + 1 }));
      expect(stored).toEqual(expected);
      expect(sources.find((report) => report.source === source)?.movies).toBe(expected.length);
    }
    const stored = await pipeline.query<{ id: number }>('SELECT id FROM movies ORDER BY id');
    expect(stored.map(({ id }) => id)).toEqual([...distinct].sort((a, b) => a - b));
    expect(entries).toBeGreaterThan(distinct.size);
    expect(run.counts).toMatchObject({ fetched: entries, inserted: distinct.size });
  });
});

/** A TMDB whose only list has the pages that `page` returns. */
async function startScripted(page: (number: number) => object): Promise<void> {
  tmdb = await ScriptedServer.start();
  const reply: Reply = (response, request) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://tmdb');
    const isGenres = pathname.endsWith('/genre/movie/list');
    json(200, isGenres ? { genres: [{ id: 18, name: 'Drama' }] } : page(Number(searchParams.get('page'))))(
      response,
      request,
    );
  };
  tmdb.script(reply);
  pipeline = await startTestPipeline({}, { TMDB_BASE_URL: tmdb.url });
}

function movie(id: number): object {
  return { id, title: `Movie ${id}`, adult: false, genre_ids: [] };
}

describe('list pages', () => {
  const ALL_PAGES = custom({ categories: ['popular'], pages_per_category: 500, include_trending: false });

  it('a run reads a long list up to page 500, the last page that TMDB serves', async () => {
    await startScripted((page) => ({
      page,
      results: [movie(page)],
      total_pages: 58_000,
      total_results: 58_000,
    }));
    const { run, sources } = await pipeline.run(ALL_PAGES);
    expect(run).toMatchObject({ status: 'SUCCESS', moviesProcessed: 500 });
    expect(sources).toMatchObject([{ pages_fetched: 500, status: 'done' }]);
    const pages = tmdb!.requests.flatMap(({ url }) => /page=(\d+)/.exec(url ?? '')?.[1] ?? []).map(Number);
    expect(Math.max(...pages)).toBe(500);
    expect(pages).toHaveLength(500);
  });

  it('a run stops reading a list whose pages repeat', async () => {
    await startScripted((page) => ({
      page,
      results: [movie(1), movie(2)],
      total_pages: 500,
      total_results: 1_000,
    }));
    const { run } = await pipeline.run(ALL_PAGES);
    expect(run).toMatchObject({ status: 'SUCCESS', moviesProcessed: 2 });
    expect(tmdb!.requests.length).toBeLessThan(10);
  });

  it('a list entry without an id fails alone, and the other entries of its page are stored', async () => {
    await startScripted((page) => ({
      page,
      results: [movie(1), null, { title: 'Without an id' }, movie(2)],
      total_pages: 1,
      total_results: 4,
    }));
    const { run, errors } = await pipeline.run(ALL_PAGES);
    expect(run).toMatchObject({ status: 'PARTIAL', moviesProcessed: 2, counts: { failed: 2, fetched: 4 } });
    expect(errors).toMatchObject([
      { source: 'popular', page: 1, code: 'unusable_item' },
      { source: 'popular', page: 1, code: 'unusable_item' },
    ]);
  });
});
