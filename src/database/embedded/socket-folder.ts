import { chown, lstat, mkdtemp, readdir, realpath, rm, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Cluster } from './data-folder.js';
import type { Postmaster } from './postmaster-file.js';
import { canReach } from './server-user.js';

/** Of a socket, in bytes: macOS's sun_path without its final zero. */
const LONGEST_PATH = 103;
const LONGEST_NAME = '.s.PGSQL.65535';
/** pg_ctl passes the path to a shell. */
const NEEDS_NO_QUOTES = /^[\w./-]+$/;
/** The data folder, which is where the server runs. */
const HERE = '.';

/**
 * The folder of the server's socket, as an option of its command line: the data folder, else a new one in the folder for
 * temporary files where the path would be too long. Null: there is none. Requires the start lock and that no server runs.
 * @param last what the server before had
 */
export async function chooseSocketFolder(cluster: Cluster, last: string | null): Promise<string | null> {
  if (process.platform === 'win32') return null;
  const folder = fits(cluster.folder) ? HERE : await shortFolder(cluster, last);
  if (folder !== null) await removeStaleLocks(resolve(cluster.folder, folder));
  return folder;
}

/** The folder of the running server's socket; null when this process must connect by TCP. */
export async function findSocketFolder(cluster: Cluster, server: Postmaster): Promise<string | null> {
  if (server.socketFolder === null) return null;
  const folder = resolve(cluster.folder, server.socketFolder);
  return fits(folder) && (await isPrivate(folder, cluster)) ? folder : null;
}

/** Removes the folder of a server that has stopped, unless it is the data folder. */
export async function removeSocketFolder(cluster: Cluster, { socketFolder }: Postmaster): Promise<void> {
  if (socketFolder === null || socketFolder === HERE || !(await isPrivate(socketFolder, cluster))) return;
  // Another server's files stay: rmdir removes empty folders only.
  await rmdir(socketFolder).catch(() => undefined);
}

async function shortFolder(cluster: Cluster, last: string | null): Promise<string | null> {
  if (last !== null && last !== HERE && (await isPrivate(last, cluster))) return last;
  const parent = await realpath(tmpdir());
  const prefix = join(parent, 'movie-pipeline-');
  if (!NEEDS_NO_QUOTES.test(prefix) || !fits(`${prefix}XXXXXX`)) return null;
  if (!(await canReach(cluster.user, parent))) return null;
  // Its mode is 0700, and no other user can know its name before.
  const folder = await mkdtemp(prefix).catch(() => null);
  if (folder !== null && cluster.user !== null) await chown(folder, cluster.user.uid, cluster.user.gid);
  return folder;
}

function fits(folder: string): boolean {
  return Buffer.byteLength(join(folder, LONGEST_NAME)) <= LONGEST_PATH;
}

/** Whether the folder belongs to the server's user, and no other user but root may enter it. */
async function isPrivate(folder: string, { user }: Cluster): Promise<boolean> {
  const entry = await lstat(folder).catch(() => null);
  if (entry?.isDirectory() !== true) return false;
  return entry.uid === (user?.uid ?? process.getuid?.()) && (entry.mode & 0o077) === 0;
}

/** PostgreSQL takes any running process with the id in such a file for a server that still uses the socket. */
async function removeStaleLocks(folder: string): Promise<void> {
  const locks = (await readdir(folder)).filter((name) => /^\.s\.PGSQL\.\d+\.lock$/.test(name));
  await Promise.all(locks.map((name) => rm(join(folder, name), { force: true })));
}
