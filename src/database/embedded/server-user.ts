import { constants } from 'node:fs';
import { readFile, realpath, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { DatabaseError } from '../errors/database-error.js';
import type { ServerUser } from './run-program.js';

/** PostgreSQL refuses to run as root. */
export function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/** The user for a new server in `dataDir`: for root, the folder's owner, else `postgres` or `nobody`. */
export async function chooseUser(dataDir: string): Promise<ServerUser> {
  if (!isRoot()) return null;
  const owner = await ownerOf(dataDir);
  if (owner !== null) return owner;
  const passwd = await readFile('/etc/passwd', 'utf8');
  for (const name of ['postgres', 'nobody']) {
    const [, , uid, gid] = new RegExp(`^${name}:.*`, 'm').exec(passwd)?.[0].split(':') ?? [];
    // On some systems the ids of nobody are negative.
    if (uid !== undefined && gid !== undefined) return { uid: Number(uid) >>> 0, gid: Number(gid) >>> 0 };
  }
  throw new DatabaseError(
    'EMBEDDED',
    'PostgreSQL refuses to run as root, and there is no user "postgres" or "nobody". ' +
      'Start as another user, or set DATABASE_URL.',
  );
}

/** For root: the owner of `path`; null when root owns it or this process does not run as root. */
export async function ownerOf(path: string): Promise<ServerUser> {
  if (!isRoot()) return null;
  const { uid, gid } = await stat(path);
  return uid === 0 ? null : { uid, gid };
}

/** Whether the user can traverse every folder above `path` and read it, by the mode bits; ACLs are ignored. */
export async function canReach(user: ServerUser, path: string): Promise<boolean> {
  if (user === null) return true;
  const real = await realpath(path);
  if (!(await permits(user, real, constants.S_IROTH | constants.S_IXOTH))) return false;
  for (let folder = dirname(real); ; folder = dirname(folder)) {
    if (!(await permits(user, folder, constants.S_IXOTH))) return false;
    if (folder === dirname(folder)) return true;
  }
}

async function permits(user: { uid: number; gid: number }, path: string, bits: number): Promise<boolean> {
  const { uid, gid, mode } = await stat(path);
  const shift = uid === user.uid ? 6 : gid === user.gid ? 3 : 0;
  return ((mode >> shift) & bits) === bits;
}
