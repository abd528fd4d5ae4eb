import { sqlStateOf } from '../database/errors/database-fault.js';

/** The database refuses a value of one of the rows; it would do so again. */
export class RowRefusedError extends Error {
  override readonly name = 'RowRefusedError';

  constructor(sqlState: string, options?: ErrorOptions) {
    super(`The database refused the movie's row (SQLSTATE ${sqlState}).`, options);
  }
}

/** The refusal that an error stands for: SQLSTATE class 22 (data) or 23 (constraints). Null: it is something else. */
export function refusal(error: unknown): RowRefusedError | null {
  const state = sqlStateOf(error);
  return state !== null && /^2[23]/.test(state) ? new RowRefusedError(state, { cause: error }) : null;
}
