import { DatabaseError } from '../errors/database-error.js';

/** @param what a clause without any part of the URL that may be secret */
export function urlError(what: string): DatabaseError {
  return new DatabaseError('URL', `DATABASE_URL can't be used: ${what}.`);
}
