import { RowRefusedError } from '../movies/row-refused-error.js';
import { TmdbError } from '../tmdb/tmdb-error.js';
import type { ItemError } from './run.js';

type Where = Partial<Pick<ItemError, 'source' | 'page' | 'movieId'>>;

/** The record of one movie, page or source that failed. */
export function itemError(where: Where, error: unknown, now: Date): ItemError {
  return {
    source: where.source ?? null,
    page: where.page ?? null,
    movieId: where.movieId ?? null,
    code: codeOf(error),
    message: error instanceof Error ? error.message : String(error),
    occurredAt: now,
  };
}

/** No worker is left that would enrich the movie. */
export class BatchAbandonedError extends Error {
  override readonly name = 'BatchAbandonedError';

  constructor() {
    super('Its batch failed several times and was given up. The log has the reason.');
  }
}

function codeOf(error: unknown): string {
  if (error instanceof TmdbError) return error.kind;
  if (error instanceof BatchAbandonedError) return 'batch_abandoned';
  return error instanceof RowRefusedError ? 'row_refused' : 'unusable_item';
}

/** Whether a failure concerns one movie or page only. A rejected key or a TMDB that is down concerns the whole run. */
export function isItemFailure(error: unknown): error is TmdbError {
  return error instanceof TmdbError && error.kind !== 'key_refused' && error.kind !== 'unavailable';
}

/** Whether the response did not come from TMDB, so that it says nothing about the movie or page. */
export function isBlocked(error: unknown): boolean {
  return error instanceof TmdbError && error.kind === 'blocked';
}
