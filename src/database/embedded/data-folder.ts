import { lstat, readdir, readFile, readlink, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseError } from '../errors/database-error.js';
import type { ServerUser } from './run-program.js';
import { ownerOf } from './server-user.js';

/** A PostgreSQL data folder that movie-pipeline created. */
export interface Cluster {
  /** Its real path. */
  readonly folder: string;
  readonly user: ServerUser;
  readonly password: string;
  /** The major version of its data, as in PG_VERSION: `18`. */
  readonly major: string;
}

/** Inside the data folder, so that neither exists without the other. */
export const PASSWORD_FILE = 'movie-pipeline.password';

/**
 * Reads `<dataDir>/postgres`. Null: nothing is there, and a new cluster may be created.
 * @throws DatabaseError EMBEDDED when the folder isn't ours, or is a link to nothing
 */
export async function findCluster(path: string): Promise<Cluster | null> {
  try {
    const names = await readdir(path).catch(noneWhereMissing);
    if (names.length === 0) {
      await refuseLink(path);
      return null;
    }
    const folder = await realpath(path);
    if (!names.includes(PASSWORD_FILE) || !names.includes('PG_VERSION')) throw notOurs(path);
    const password = (await readFile(join(folder, PASSWORD_FILE), 'utf8')).trim();
    const major = (await readFile(join(folder, 'PG_VERSION'), 'utf8')).trim();
    return { folder, user: await ownerOf(folder), password, major };
  } catch (error) {
    throw explain(error, path);
  }
}

/** Data was behind the link, or is expected there: a disk that is not mounted leaves an empty folder, or none. */
async function refuseLink(path: string): Promise<void> {
  const entry = await lstat(path).catch(() => null);
  if (entry?.isSymbolicLink() !== true) return;
  throw new DatabaseError(
    'EMBEDDED',
    `${path} is a link to ${await readlink(path)}, where the data should be and is not. Mount or restore it there, or ` +
      'remove the link to create a new database.',
  );
}

function notOurs(path: string): DatabaseError {
  return new DatabaseError(
    'EMBEDDED',
    `${path} was not created by movie-pipeline. Use another DATA_DIR, or set DATABASE_URL to the server it belongs to.`,
  );
}

function explain(error: unknown, path: string): unknown {
  if (error instanceof DatabaseError) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  if (code !== 'EACCES' && code !== 'EPERM' && code !== 'ENOTDIR') return error;
  return new DatabaseError(
    'EMBEDDED',
    `${path} can't be read. Start as the user who owns it, or use another DATA_DIR. (${message})`,
    { cause: error },
  );
}

function noneWhereMissing(error: NodeJS.ErrnoException): string[] {
  if (error.code === 'ENOENT' || error.code === 'ELOOP') return [];
  throw error;
}
