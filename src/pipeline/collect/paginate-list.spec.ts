import { describe, expect, it } from '@jest/globals';
import type { TmdbPage } from '../../tmdb/schema/page.js';
import { type FetchPage, type PageResult, paginateList } from './paginate-list.js';

function page(number: number, ids: readonly number[], totalPages = 100): TmdbPage {
  const items = ids.map((id, index) => ({ id, index })) as unknown as TmdbPage['items'];
  return { page: number, totalPages, items, rejected: [] };
}

async function paginate(fetch: FetchPage<TmdbPage>, pages: number): Promise<PageResult<TmdbPage>[]> {
  const results: PageResult<TmdbPage>[] = [];
  for await (const result of paginateList(fetch, pages)) results.push(result);
  return results;
}

function numbers(results: readonly PageResult<TmdbPage>[]): number[] {
  return results.map((result) => result.page);
}

describe('pagination', () => {
  it('pagination yields the pages in order, whatever order the responses arrive in', async () => {
    const arrived: number[] = [];
    const release = new Map<number, () => void>();
    // Page 5 arrives first, and each page from there releases the one before it.
    const fetch: FetchPage<TmdbPage> = async (number) => {
      if (number > 1 && number < 5) await new Promise<void>((resolve) => release.set(number, resolve));
      arrived.push(number);
      release.get(number - 1)?.();
      return page(number, [number]);
    };
    expect(numbers(await paginate(fetch, 5))).toEqual([1, 2, 3, 4, 5]);
    expect(arrived).toEqual([1, 5, 4, 3, 2]);
  });

  it("pagination ends at TMDB's total_pages", async () => {
    expect(numbers(await paginate((number) => Promise.resolve(page(number, [number], 2)), 10))).toEqual([
      1, 2,
    ]);
  });

  it('pagination ends at an empty page', async () => {
    const fetch: FetchPage<TmdbPage> = (number) => Promise.resolve(page(number, number < 3 ? [number] : []));
    expect(numbers(await paginate(fetch, 500))).toEqual([1, 2, 3]);
  });

  it('pagination ends when the pages of a list repeat', async () => {
    const requested: number[] = [];
    const fetch: FetchPage<TmdbPage> = (number) => {
      requested.push(number);
      return Promise.resolve(page(number, [1, 2, 3]));
    };
    expect(numbers(await paginate(fetch, 500))).toEqual([1, 2]);
    expect(requested.length).toBeLessThan(10);
  });

  it('pagination continues after a page that fails', async () => {
    const fetch: FetchPage<TmdbPage> = (number) =>
      number === 2 ? Promise.reject(new Error('broken')) : Promise.resolve(page(number, [number]));
    const results = await paginate(fetch, 4);
    expect(numbers(results)).toEqual([1, 2, 3, 4]);
    expect(results[1]).toHaveProperty('error');
  });

  it('pagination ends when the first page or three pages in a row fail', async () => {
    const down: FetchPage<TmdbPage> = () => Promise.reject(new Error('down'));
    expect(numbers(await paginate(down, 50))).toEqual([1]);
    const breaking: FetchPage<TmdbPage> = (number) =>
      number > 3 ? Promise.reject(new Error('down')) : Promise.resolve(page(number, [number]));
    expect(numbers(await paginate(breaking, 50))).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('pagination aborts the requests for further pages when the reader stops', async () => {
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
