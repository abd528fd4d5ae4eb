import { expect } from '@jest/globals';
import { DatabaseError } from '../../src/database/errors/database-error.js';
import { migrateDatabase } from '../../src/database/migrations/migrator.js';
import type { ScratchDatabase } from './scratch-database.js';

/** Returns the error of a migration. Throws when the migration succeeded or changed anything. */
export async function refusal(database: ScratchDatabase, url = database.url): Promise<DatabaseError> {
  const before = await database.snapshot();
  const error: unknown = await migrateDatabase(url).catch((reason: unknown) => reason);
  expect(await database.snapshot()).toEqual(before);
  if (error instanceof DatabaseError) return error;
  throw new Error('The migration did not fail', { cause: error });
}
