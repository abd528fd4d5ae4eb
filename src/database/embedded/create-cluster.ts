import { createHash, randomBytes } from 'node:crypto';
import { chmod, chown, mkdir, mkdtemp, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { DatabaseError } from '../errors/database-error.js';
import type { Binaries } from './binaries.js';
import { PASSWORD_FILE } from './data-folder.js';
import { lastLines, runProgram, type ServerUser } from './run-program.js';
import { SUPERUSER } from './server-address.js';
import { canReach } from './server-user.js';

const SETTINGS = {
  listen_addresses: '127.0.0.1',
  // Each start names the folder of the socket.
  unix_socket_directories: '',
  max_connections: '100',
  shared_buffers: '128MB',
  // There are no replicas, so less WAL is needed.
  wal_level: 'minimal',
  max_wal_senders: '0',
  min_wal_size: '32MB',
  max_wal_size: '256MB',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_checkpoints: 'off',
};

/**
 * Creates a data folder at `path`, completely or not at all. Requires the start lock. Where `user` can't reach that path
 * (a project in root's home), the folder is created in `shared` and linked from `path`. Its name there is never reused:
 * after deleting the link the next start creates a new database instead of finding the old one.
 */
export async function createCluster(
  binaries: Binaries,
  user: ServerUser,
  { path, shared }: { readonly path: string; readonly shared: string },
): Promise<void> {
  await removeUnfinished(path);
  if (await canReach(user, dirname(path))) {
    await initialize(binaries, user, path);
    return;
  }
  await mkdir(shared, { recursive: true });
  await chmod(shared, 0o755);
  const place = createHash('sha256').update(path).digest('hex').slice(0, 12);
  const folder = join(shared, `data-${place}-${randomBytes(4).toString('hex')}`);
  await initialize(binaries, user, folder);
  await rm(path, { recursive: true, force: true });
  await symlink(folder, path);
}

/** Removes what a process that was killed here left behind; the start lock excludes any other. */
async function removeUnfinished(path: string): Promise<void> {
  for (const name of await readdir(dirname(path))) {
    if (name.startsWith(`${basename(path)}.new-`))
      await rm(join(dirname(path), name), { recursive: true, force: true });
  }
}

async function initialize(binaries: Binaries, user: ServerUser, folder: string): Promise<void> {
  const staging = await mkdtemp(`${folder}.new-`);
  try {
    const passwordFile = join(staging, PASSWORD_FILE);
    const data = join(staging, 'data');
    await writeFile(passwordFile, randomBytes(24).toString('base64url'), { mode: 0o600 });
    await mkdir(data, { mode: 0o700 });
    if (user !== null) {
      for (const path of [staging, passwordFile, data]) await chown(path, user.uid, user.gid);
    }
    await runInitdb(binaries, user, staging);
    await rename(passwordFile, join(data, PASSWORD_FILE));
    await rename(data, folder);
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

async function runInitdb(binaries: Binaries, user: ServerUser, staging: string): Promise<void> {
  const initdb = (...options: string[]): ReturnType<typeof runProgram> =>
    runProgram(
      binaries.initdb,
      [
        ...[
          '-D',
          'data',
          '-U',
          SUPERUSER,
          `--pwfile=${PASSWORD_FILE}`,
          '--auth=scram-sha-256',
          '--encoding=UTF8',
        ],
        ...['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--no-instructions'],
        ...options,
        ...Object.entries(SETTINGS).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
      ],
      { user, cwd: staging },
    );
  // pg_trgm recognizes letters by this locale, and none but ASCII by C. Windows and some systems lack it.
  const { ok } = await initdb('--lc-ctype=C.UTF-8');
  if (ok) return;
  const { ok: okWithout, output } = await initdb();
  if (okWithout) return;
  throw new DatabaseError(
    'EMBEDDED',
    `PostgreSQL can't create a database in ${dirname(staging)}. Fix what initdb reported, or set DATABASE_URL:\n` +
      lastLines(output),
  );
}
