import type { TmdbChangesPage } from '../../tmdb/schema/changes.js';

/** TMDB serves no page behind it. */
const LAST_PAGE = 500;

export interface DayReading {
  /** Movies that the pages named, each once, in ascending order. */
  readonly ids: readonly number[];
  /** How many changes TMDB counted. */
  readonly changes: number;
  /** Whether there are more pages than TMDB serves. */
  readonly isCut: boolean;
  /** Whether the feed has moved between the requests, so that a movie may be missing. */
  readonly hasMoved: boolean;
  /** Of pages that could not be fetched. */
  readonly errors: readonly unknown[];
}

/**
 * Reads all pages of one day of the change feed. TMDB documents no order: page 1 is read again at the end, and the totals of
 * all pages have to agree.
 * @throws the error of page 1
 */
export async function readDay(fetch: (page: number) => Promise<TmdbChangesPage>): Promise<DayReading> {
  const first = await fetch(1);
  const last = Math.min(first.totalPages, LAST_PAGE);
  const others = await Promise.allSettled(
    Array.from({ length: Math.max(0, last - 1) }, (_, index) => fetch(index + 2)),
  );
  const [again] = await Promise.allSettled([fetch(1)]);
  const results = [...others, again];
  const pages = [
    first,
    ...results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : [])),
  ];
  const ids = new Set(pages.flatMap((page) => page.ids));
  return {
    ids: [...ids].sort((a, b) => a - b),
    changes: first.totalResults,
    isCut: first.totalPages > LAST_PAGE,
    hasMoved: pages.some((page) => !hasTotalsOf(page, first)) || !repeats(again, first),
    errors: results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : [])),
  };
}

function hasTotalsOf(page: TmdbChangesPage, { totalPages, totalResults }: TmdbChangesPage): boolean {
  return page.totalPages === totalPages && page.totalResults === totalResults;
}

function repeats(again: PromiseSettledResult<TmdbChangesPage>, first: TmdbChangesPage): boolean {
  if (again.status === 'rejected') return true;
  const ids = new Set(first.ids);
  return again.value.ids.length === ids.size && again.value.ids.every((id) => ids.has(id));
}
