import { asCount, asId, asList, asObject } from './json-values.js';
import { UnusableBodyError } from './unusable-body-error.js';

/** TMDB's pages have 100. */
const MAX_RESULTS = 1_000;

/** A page of the ids of changed movies. */
export interface TmdbChangesPage {
  /** Each once; entries without an id are left out. */
  readonly ids: readonly number[];
  /** May exceed the last page that TMDB serves. */
  readonly totalPages: number;
  readonly totalResults: number;
}

/** @throws UnusableBodyError when the body is not the requested page of the change feed, or contradicts itself */
export function decodeChanges(body: unknown, requested: number): TmdbChangesPage {
  const page = asObject(body);
  const results = asList(page?.results, 'results', MAX_RESULTS);
  const totalPages = asCount(page?.total_pages);
  const totalResults = asCount(page?.total_results);
  if (results === null) throw new UnusableBodyError('it has no list of results');
  if (totalPages === null || totalResults === null) throw new UnusableBodyError('it has no totals');
  if (asId(page?.page) !== requested) throw new UnusableBodyError(`it is not page ${requested}`);
  // A future day has no results, and 0 or 1 pages.
  const isLast = requested >= totalPages;
  if (results.length === 0 && (!isLast || totalResults > 0))
    throw new UnusableBodyError(
      `it is empty, total_pages is ${totalPages} and total_results is ${totalResults}`,
    );
  if (results.length > 0 && requested > totalPages)
    throw new UnusableBodyError(`it has movies and total_pages is ${totalPages}`);
  const ids = results.map((entry) => asId(asObject(entry)?.id)).filter((id) => id !== null);
  return { ids: [...new Set(ids)], totalPages, totalResults };
}
