import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { presetPlan } from '../../src/runs/run-plan.js';
import type { RunDetails } from '../../src/runs/run.js';
import { json, type Reply, ScriptedServer } from '../support/scripted-server.js';
import { custom, startTestPipeline, type TestPipeline } from '../support/test-pipeline.js';

type Body = Readonly<Record<string, unknown>>;

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

const DRAMA = { id: 18, name: 'Drama' };

/** A TMDB whose only list has the pages that `page` returns. */
async function startScripted(
  page: (number: number) => object,
  genres: (language: string | null) => object[] = () => [DRAMA],
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  tmdb = await ScriptedServer.start();
  const reply: Reply = (response, request) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://tmdb');
    const isGenres = pathname.endsWith('/genre/movie/list');
    const body = isGenres
      ? { genres: genres(searchParams.get('language')) }
      : page(Number(searchParams.get('page')));
    json(200, body)(response, request);
  };
  tmdb.script(reply);
  pipeline = await startTestPipeline({}, { ...env, TMDB_BASE_URL: tmdb.url });
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

/** A consistent list of 20 movies a page. */
function fullPage(page: number, totalPages: number): Body {
  const results = Array.from({ length: 20 }, (_, index) => movie(20 * page + index));
  return { page, results, total_pages: totalPages, total_results: 20 * totalPages };
}

describe('lists that contradict the request, themselves or what is stored', () => {
  const FIVE_PAGES = custom({ categories: ['popular'], include_trending: false });
  let answer: (page: number) => Body;

  beforeEach(async () => {
    answer = (page) => fullPage(page, 5);
    await startScripted((page) => answer(page));
    expect((await pipeline.run(FIVE_PAGES)).run.status).toBe('SUCCESS');
  });

  async function places(): Promise<number> {
    const [row] = await pipeline.query<{ n: number }>('SELECT count(*)::int AS n FROM movie_categories');
    return row!.n;
  }

  async function laterRun(): Promise<RunDetails> {
    await pipeline.query(`
      UPDATE movie_categories SET seen_at = seen_at - interval '1 day';
      UPDATE pipeline_run_errors SET occurred_at = occurred_at - interval '1 day'`);
    return pipeline.run(FIVE_PAGES);
  }

  const EMPTY = { results: [], total_results: 0 };

  it.each<[string, (page: number) => Body, string]>([
    ['page 1 in answer to page 3', (page) => fullPage(page === 3 ? 1 : page, 5), 'page'],
    ['an empty list', (page) => ({ page, ...EMPTY, total_pages: 0 }), 'list'],
  ])('a run keeps all places, and reports it, after %s', async (_, broken, noun) => {
    answer = broken;
    const { run, sources } = await pipeline.run(FIVE_PAGES);
    expect(run.status).toBe(run.moviesProcessed > 0 ? 'PARTIAL' : 'FAILED');
    expect(run.errorMessage).toMatch(new RegExp(`1 (of 1 )?${noun}s? failed: `));
    expect(sources[0]!.status).not.toBe('done');
    expect(await places()).toBe(100);

    answer = (page) => fullPage(page, 5);
    expect((await laterRun()).run.status).toBe('SUCCESS');
    expect(await places()).toBe(100);
  });

  it('a page whose entries name no movie removes none from its places', async () => {
    answer = (page) =>
      page === 2 ? { ...fullPage(2, 5), results: Array(20).fill({ title: 'No id' }) } : fullPage(page, 5);
    const { run } = await pipeline.run(FIVE_PAGES);
    expect(run.errorMessage).toBe('20 list entries failed: 20 × The entry has no usable id.');
    expect(await places()).toBe(100);
  });

  it('a list that loses no more than half loses its places at once', async () => {
    answer = (page) => fullPage(page, 3);
    const { run } = await pipeline.run(FIVE_PAGES);
    expect([run.status, await places()]).toEqual(['SUCCESS', 60]);
  });

  it('a list that is as short on another day loses its places, and its run ends SUCCESS', async () => {
    answer = (page) => fullPage(page, 1);
    expect((await pipeline.run(FIVE_PAGES)).errors).toMatchObject([
      { source: 'popular', page: null, movieId: null, code: 'list_shrunk' },
    ]);
    // On the same day.
    expect((await pipeline.run(FIVE_PAGES)).run.status).toBe('PARTIAL');
    expect(await places()).toBe(100);
    const { run } = await laterRun();
    expect([run.status, await places()]).toEqual(['SUCCESS', 20]);
  });

  it('a list that was whole in between counts as short for the first time again', async () => {
    answer = (page) => fullPage(page, 1);
    await pipeline.run(FIVE_PAGES);
    answer = (page) => fullPage(page, 5);
    await laterRun();
    answer = (page) => fullPage(page, 1);
    expect((await laterRun()).run.status).toBe('PARTIAL');
    expect(await places()).toBe(100);
  });

  it('a page that repeats an earlier one removes no movie from its own places', async () => {
    answer = (page) => ({ ...fullPage(Math.min(page, 3), 5), page });
    await pipeline.run(FIVE_PAGES);
    expect(await places()).toBe(100);
  });
});

describe('genres', () => {
  const ONE_PAGE = custom({ categories: ['popular'], pages_per_category: 1, include_trending: false });

  it('without a name in the configured language have their English names', async () => {
    const languages: (string | null)[] = [];
    const item = { id: 1, title: 'A movie', genre_ids: [18, 28] };
    await startScripted(
      (page) => ({ page, results: [item], total_pages: 1, total_results: 1 }),
      (language) => {
        languages.push(language);
        const names = language === 'en-US' ? ['Drama', 'Action'] : [null, 'Acció'];
        return [18, 28].map((id, index) => ({ id, name: names[index]! }));
      },
      { TMDB_LANGUAGE: 'ca-ES' },
    );
    expect((await pipeline.run(ONE_PAGE)).run.status).toBe('SUCCESS');
    expect(languages).toEqual(['ca-ES', 'en-US']);
    expect(await pipeline.query('SELECT genres FROM movies')).toEqual([{ genres: ['Drama', 'Acció'] }]);
  });
});
