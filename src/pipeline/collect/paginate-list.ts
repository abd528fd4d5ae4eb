import type { PageSummary } from '../../runs/run-checkpoint.repository.js';

/** One page of a list, or why it could not be fetched. */
export type PageResult<Page> =
  { readonly page: number; readonly body: Page } | { readonly page: number; readonly error: unknown };

export type FetchPage<Page> = (page: number, signal: AbortSignal) => Promise<Page>;

/** Pages fetched ahead of the one being stored: five sources of four fill the default concurrency. */
const READ_AHEAD = 4;
/** A list that fails this often in a row is down; requesting its other pages would only take time. */
const MAX_FAILURES_IN_A_ROW = 3;

/**
 * Yields the pages 1 to `pages` of a list, in order and fetched ahead. It ends early where the list does: at TMDB's
 * `total_pages`, at an empty page, or at a page that names no movie that this list had not named before, because then the
 * list only repeats itself. Pages fetched ahead in vain are aborted.
 */
export async function* paginateList<Page extends PageSummary>(
  fetch: FetchPage<Page>,
  pages: number,
): AsyncGenerator<PageResult<Page>> {
  const ahead = new AbortController();
  const pending: Promise<PageResult<Page>>[] = [];
  const seen = new Set<number>();
  let last = 1;
  let next = 1;
  let failures = 0;
  try {
    while (next <= last || pending.length > 0) {
      while (next <= last && pending.length < READ_AHEAD)
        pending.push(fetchSettled(fetch, next++, ahead.signal));
      const result = await pending.shift();
      if (result === undefined) return;
      yield result;
      if ('error' in result) {
        failures += 1;
        if (result.page === 1 || failures === MAX_FAILURES_IN_A_ROW) return;
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

async function fetchSettled<Page>(
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

/** A rejected item may be a new movie, so a page with one is no repetition. */
function addNew(seen: Set<number>, body: PageSummary): boolean {
  const before = seen.size;
  for (const item of body.items) seen.add(item.id);
  return seen.size > before || body.rejected.length > 0;
}
