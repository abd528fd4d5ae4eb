import { lstat, readdir, readFile, readlink, realpath, stat, unlink } from 'node:fs/promises';
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
 * @param shared where root's data folders are when they are outside `dataDir`; a link into it without target counts as
 * nothing
 * @throws DatabaseError EMBEDDED when the folder isn't ours
 */
export async function findCluster(path: string, shared: string): Promise<Cluster | null> {
  try {
    if (!(await isThere(path, shared))) return null;
    const folder = await realpath(path);
    const names = await readdir(folder);
    if (names.length === 0) return null;
    if (!names.includes(PASSWORD_FILE) || !names.includes('PG_VERSION')) throw notOurs(path);
    const password = await readFile(join(folder, PASSWORD_FILE), 'utf8');
    const major = (await readFile(join(folder, 'PG_VERSION'), 'utf8')).trim();
    return { folder, user: await ownerOf(folder), password, major };
  } catch (error) {
    throw explain(error, path);
  }
}

async function isThere(path: string, shared: string): Promise<boolean> {
  const entry = await lstat(path).catch(ignoreMissing);
  if (entry === null) return false;
  if (!entry.isSymbolicLink() || (await stat(path).catch(ignoreMissing)) !== null) return true;
  const target = await readlink(path);
  if (!target.startsWith(shared)) {
    throw new DatabaseError(
      'EMBEDDED',
      `${path} points to ${target}, which does not exist. Mount or restore it, or remove the link to create a new database.`,
    );
  }
  await unlink(path);
  return false;
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

function ignoreMissing(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT') return null;
  throw error;
}
