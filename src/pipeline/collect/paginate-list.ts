/** As much of a page as says how its list goes on. */
export interface Walked {
  readonly totalPages: number;
  readonly items: readonly { readonly id: number }[];
  /** Items that name no movie. */
  readonly rejected: readonly unknown[];
}

/** One page of a list, or why it could not be had. */
export type PageResult<Page> =
  { readonly page: number; readonly body: Page } | { readonly page: number; readonly error: unknown };

export type FetchPage<Page> = (page: number, signal: AbortSignal) => Promise<Page>;

/** Pages asked for ahead of the one being stored: five sources of four fill the default concurrency. */
const LOOK_AHEAD = 4;
/** A list that fails this often in a row is down; asking for its other pages would only cost time. */
const FAILURES_IN_A_ROW = 3;

/**
 * Yields the pages 1 to `pages` of a list, in order and fetched ahead. It ends early where the list does: at TMDB's
 * `total_pages`, at an empty page, or at a page that names no movie which this list had not named before, because
 * then the list only repeats itself. What was asked for ahead in vain is aborted.
 */
export async function* paginateList<Page extends Walked>(
  fetch: FetchPage<Page>,
  pages: number,
): AsyncGenerator<PageResult<Page>> {
  const ahead = new AbortController();
  const under: Promise<PageResult<Page>>[] = [];
  const seen = new Set<number>();
  let last = 1;
  let next = 1;
  let failures = 0;
  try {
    while (next <= last || under.length > 0) {
      while (next <= last && under.length < LOOK_AHEAD) under.push(settle(fetch, next++, ahead.signal));
      const result = await under.shift();
      if (result === undefined) return;
      yield result;
      if ('error' in result) {
        failures += 1;
        if (result.page === 1 || failures === FAILURES_IN_A_ROW) return;
        continue;
      }
      failures = 0;
      last = Math.min(pages, result.body.totalPages);
      if (!addNew(seen, result.body)) return;
    }
  } finally {
    ahead.abort();
  }
}

async function settle<Page>(
  fetch: FetchPage<Page>,
  page: number,
  signal: AbortSignal,
): Promise<PageResult<Page>> {
  try {
    return { page, body: await fetch(page, signal) };
  } catch (error) {
    return { page, error };
  }
}

/** A rejected item may well be a new movie, so a page that holds one is no repeat. */
function addNew(seen: Set<number>, body: Walked): boolean {
  const before = seen.size;
  for (const item of body.items) seen.add(item.id);
  return seen.size > before || body.rejected.length > 0;
}
