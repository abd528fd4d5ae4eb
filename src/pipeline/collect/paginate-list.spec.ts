import { describe, expect, it } from '@jest/globals';
import type { TmdbPage } from '../../tmdb/schema/page.js';
import { type FetchPage, type PageResult, paginateList } from './paginate-list.js';

function page(number: number, ids: readonly number[], totalPages = 100): TmdbPage {
  const items = ids.map((id, index) => ({ id, index })) as unknown as TmdbPage['items'];
  return { page: number, totalPages, totalResults: 20 * totalPages, items, rejected: [] };
}

async function walk(fetch: FetchPage<TmdbPage>, pages: number): Promise<PageResult<TmdbPage>[]> {
  const results: PageResult<TmdbPage>[] = [];
  for await (const result of paginateList(fetch, pages)) results.push(result);
  return results;
}

function numbers(results: readonly PageResult<TmdbPage>[]): number[] {
  return results.map((result) => result.page);
}

describe('walking a list', () => {
  it('yields the pages in order, whatever order the answers come in', async () => {
    const waiting = new Map<number, () => void>();
    const fetch: FetchPage<TmdbPage> = async (number) => {
      if (number > 1) await new Promise<void>((resolve) => waiting.set(number, resolve));
      return page(number, [number]);
    };
    const walking = walk(fetch, 5);
    for (const number of [5, 4, 3, 2]) {
      while (!waiting.has(number)) await new Promise((resolve) => setImmediate(resolve));
      waiting.get(number)?.();
    }
    expect(numbers(await walking)).toEqual([1, 2, 3, 4, 5]);
  });

  it("ends at TMDB's total_pages", async () => {
    expect(numbers(await walk((number) => Promise.resolve(page(number, [number], 2)), 10))).toEqual([1, 2]);
  });

  it('ends at an empty page', async () => {
    const fetch: FetchPage<TmdbPage> = (number) => Promise.resolve(page(number, number < 3 ? [number] : []));
    expect(numbers(await walk(fetch, 500))).toEqual([1, 2, 3]);
  });

  it('ends when the list only repeats itself', async () => {
    const asked: number[] = [];
    const fetch: FetchPage<TmdbPage> = (number) => {
      asked.push(number);
      return Promise.resolve(page(number, [1, 2, 3]));
    };
    expect(numbers(await walk(fetch, 500))).toEqual([1, 2]);
    expect(asked.length).toBeLessThan(10);
  });

  it('goes on behind a page that failed', async () => {
    const fetch: FetchPage<TmdbPage> = (number) =>
      number === 2 ? Promise.reject(new Error('broken')) : Promise.resolve(page(number, [number]));
    const results = await walk(fetch, 4);
    expect(numbers(results)).toEqual([1, 2, 3, 4]);
    expect(results[1]).toHaveProperty('error');
  });

  it('gives the list up when its first page fails, or three in a row', async () => {
    const down: FetchPage<TmdbPage> = () => Promise.reject(new Error('down'));
    expect(numbers(await walk(down, 50))).toEqual([1]);
    const breaking: FetchPage<TmdbPage> = (number) =>
      number > 3 ? Promise.reject(new Error('down')) : Promise.resolve(page(number, [number]));
    expect(numbers(await walk(breaking, 50))).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('aborts what it asked for ahead when nobody reads on', async () => {
    const signals: AbortSignal[] = [];
    const fetch: FetchPage<TmdbPage> = (number, signal) => {
      signals.push(signal);
      return number === 1 ? Promise.resolve(page(1, [1])) : new Promise(() => undefined);
    };
    for await (const result of paginateList(fetch, 10)) {
      if (result.page === 1) break;
    }
    expect(signals.every((signal) => signal.aborted)).toBe(true);
  });
});
