import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder } from '../../common/make-folder.js';
import { DatabaseError } from '../errors/database-error.js';
import { prepareBinaries } from './binaries.js';
import { createCluster } from './create-cluster.js';
import { findCluster, type Cluster } from './data-folder.js';
import { ServerSupervisor, type Site } from './server-supervisor.js';
import { chooseUser, isRoot } from './server-user.js';
import { withStartLock } from './start-lock.js';

export interface EmbeddedServer {
  /** Contains the password: never log it. */
  readonly url: string;
  /** Of the role that reads the movie tables, by TCP. Contains the password: never log it. */
  readonly readerUrl: string;
  /** Whether this call started the server. */
  readonly started: boolean;
  /** The real path of its data. */
  readonly folder: string;
  /** Stops the server, and waits until it has exited, when no other process uses it. Idempotent. */
  leave(): Promise<void>;
}

export interface EmbeddedOptions {
  /** False: faster, and a crash of the machine may lose the data. Has an effect only if this call starts the server. */
  readonly durable?: boolean;
  /** False: an existing database is required. */
  readonly create?: boolean;
}

/** The place of root's PostgreSQL where only root can read the project's folder. */
const SHARED = '/var/lib/movie-pipeline';

/**
 * Joins the PostgreSQL server of `<dataDir>/postgres`; creates and starts it first where necessary. Any number of
 * processes of one machine may call this at once. After all of them were killed, the server runs until the next process
 * has joined and left.
 * @throws DatabaseError NO_DATABASE without `create`, EMBEDDED with a next step
 */
export async function attachEmbeddedPostgres(
  dataDir: string,
  { durable = true, create = true }: EmbeddedOptions = {},
): Promise<EmbeddedServer> {
  try {
    if (create) await makeFolder(dataDir);
    else if ((await findCluster(join(dataDir, 'postgres'))) === null) throw noDatabase(dataDir);
    const home = await realpath(dataDir);
    return await withStartLock(home, async () => ServerSupervisor.join(await openSite(home, durable)));
  } catch (error) {
    throw explain(error, dataDir);
  }
}

async function openSite(home: string, durable: boolean): Promise<Site> {
  const path = join(home, 'postgres');
  const found = await findCluster(path);
  const user = found === null ? await chooseUser(home) : found.user;
  const binaries = await prepareBinaries(user, isRoot() ? SHARED : home);
  if (found !== null) {
    requireVersion(found, binaries.major);
    return { home, binaries, cluster: found, durable };
  }
  await createCluster(binaries, user, { path, shared: SHARED });
  const cluster = await findCluster(path);
  if (cluster === null)
    throw new DatabaseError('EMBEDDED', `${path} was removed during its creation. Start again.`);
  return { home, binaries, cluster, durable };
}

function noDatabase(dataDir: string): DatabaseError {
  return new DatabaseError(
    'NO_DATABASE',
    `There is no database in ${dataDir} yet. Create it: npx movie-pipeline migrate. ` +
      'If your data is elsewhere, set DATA_DIR or DATABASE_URL.',
  );
}

function requireVersion({ folder, major }: Cluster, ours: string): void {
  if (major === ours) return;
  throw new DatabaseError(
    'EMBEDDED',
    `${folder} holds data of PostgreSQL ${major}, and this version of movie-pipeline contains PostgreSQL ${ours}. ` +
      'Move the data with pg_dump and pg_restore of both versions, or use another DATA_DIR.',
  );
}

/** Explains an error of the file system: a missing permission or a full disk. */
function explain(error: unknown, dataDir: string): unknown {
  const { syscall, message } = error as NodeJS.ErrnoException;
  if (syscall === undefined) return error;
  return new DatabaseError(
    'EMBEDDED',
    `The embedded PostgreSQL can't use ${dataDir}. Make it writable, with 200 MB free, or set DATA_DIR to a folder ` +
      `that is, or set DATABASE_URL. (${message})`,
    { cause: error },
  );
}
