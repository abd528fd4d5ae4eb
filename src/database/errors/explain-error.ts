import { connectFaultOf, databaseFaultOf, sqlStateOf } from './database-fault.js';
import { DatabaseError } from './database-error.js';

/**
 * Turns an error of the driver into a DatabaseError with a next step, and returns any other as it is.
 * @param at the address, without user and password
 */
export function explainError(error: unknown, at: string): unknown {
  if (error instanceof DatabaseError) return error;
  const fault = connectFaultOf(error);
  const code = fault?.code ?? null;
  if (fault === null || code === null) return error;
  const said = error instanceof Error && error.message !== '' ? ` (${error.message})` : '';
  return new DatabaseError(
    code,
    `Can't use the database at ${at}: ${fault.meaning}. ${fault.remedy}${said}`,
    {
      cause: error,
    },
  );
}

/** Two sentences without any text of the database; null when the error is not the database's. */
export function describeFault(error: unknown): string | null {
  const [cause, faultOf] =
    error instanceof DatabaseError ? [error.cause, connectFaultOf] : [error, databaseFaultOf];
  const fault = faultOf(cause);
  if (fault === null) return null;
  const state = sqlStateOf(cause);
  const code = state === null ? '' : ` (SQLSTATE ${state})`;
  return `The database failed: ${fault.meaning}${code}. ${fault.remedy}`;
}
