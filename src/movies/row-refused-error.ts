import { sqlStateOf } from '../database/errors/database-fault.js';

/** The database rejects a value of one of the rows. A retry would fail the same way. */
export class RowRefusedError extends Error {
  override readonly name = 'RowRefusedError';

  constructor(sqlState: string, options?: ErrorOptions) {
    super(`The database rejected the movie's row (SQLSTATE ${sqlState}).`, options);
  }
}

/** For SQLSTATE classes 22 (data exception) and 23 (constraint violation); null for any other error. */
export function rowRefusedError(error: unknown): RowRefusedError | null {
  const state = sqlStateOf(error);
  return state !== null && /^2[23]/.test(state) ? new RowRefusedError(state, { cause: error }) : null;
}
