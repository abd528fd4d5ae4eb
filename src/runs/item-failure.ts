import { RowRefusedError } from '../movies/row-refused-error.js';
import { TmdbError } from '../tmdb/tmdb-error.js';
import type { ItemError } from './run.js';

type Where = Partial<Pick<ItemError, 'source' | 'page' | 'movieId'>>;

export const LIST_SHRUNK = 'list_shrunk';
export const EXPORT_REFUSED = 'export_refused';
/** A list entry that names no movie. */
export const UNUSABLE_ITEM = 'unusable_item';

/** The record of one movie, page or source that failed. @param error a text: why a list entry was left out */
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

/** Too many movies are missing at once: the fault is TMDB's. */
export class MassNotFoundError extends Error {
  override readonly name = 'MassNotFoundError';

  constructor(missing: number, requested: number) {
    super(
      `TMDB did not find ${missing} of the ${requested} movies that were requested, which is too many to believe. ` +
        'None is marked as gone; the next run requests them again.',
    );
  }
}

/** A list is so much shorter than before that the fault may be TMDB's. */
export class ListShrunkError extends Error {
  override readonly name = 'ListShrunkError';

  constructor(movies: number, stored: number) {
    super(
      `TMDB's list has ${movies} movies where ${stored} are stored, so that its stored places are kept. ` +
        'A list that is as short on another day is accepted.',
    );
  }
}

/** An id export that was not imported: the catalogue is unchanged. */
export class ExportRefusedError extends Error {
  override readonly name = 'ExportRefusedError';

  /** @param reason a sentence without its full stop, which names the check */
  constructor(reason: string) {
    super(
      `TMDB's id export was not imported: ${reason}. The catalogue is unchanged; the next run tries again.`,
    );
  }
}

/** A day of TMDB's change feed could not be read whole. The movies that were named are due all the same. */
export class ChangesUnreadError extends Error {
  override readonly name = 'ChangesUnreadError';

  /** @param day `YYYY-MM-DD` */
  constructor(day: string, reason: string) {
    super(`TMDB's change feed of ${day} could not be read: ${reason}`);
  }
}

function codeOf(error: unknown): string {
  if (error instanceof TmdbError) return error.kind;
  if (error instanceof BatchAbandonedError) return 'batch_abandoned';
  if (error instanceof MassNotFoundError) return 'mass_not_found';
  if (error instanceof ListShrunkError) return LIST_SHRUNK;
  if (error instanceof ExportRefusedError) return EXPORT_REFUSED;
  if (error instanceof ChangesUnreadError) return 'changes_unread';
  if (error instanceof RowRefusedError) return 'row_refused';
  return typeof error === 'string' ? UNUSABLE_ITEM : 'unexpected';
}

/** Whether a failure concerns one movie or page only. A rejected key or a TMDB that is down concerns the whole run. */
export function isItemFailure(error: unknown): error is TmdbError {
  return error instanceof TmdbError && error.kind !== 'key_refused' && error.kind !== 'unavailable';
}

/** Whether the response did not come from TMDB, so that it says nothing about the movie or page. */
export function isBlocked(error: unknown): boolean {
  return error instanceof TmdbError && error.kind === 'blocked';
}
