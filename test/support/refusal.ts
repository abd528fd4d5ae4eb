import { expect } from '@jest/globals';
import { DatabaseError } from '../../src/database/errors/database-error.js';
import { migrateDatabase } from '../../src/database/migrations/migrator.js';
import type { ScratchDatabase } from '../integration/scratch-database.js';

/** What migrating ends with. Fails when it was not refused, or when anything was changed all the same. */
export async function refusal(database: ScratchDatabase, url = database.url): Promise<DatabaseError> {
  const before = await database.picture();
  const error: unknown = await migrateDatabase(url).catch((reason: unknown) => reason);
  expect(await database.picture()).toEqual(before);
  if (error instanceof DatabaseError) return error;
  throw new Error('It was not refused', { cause: error });
}
