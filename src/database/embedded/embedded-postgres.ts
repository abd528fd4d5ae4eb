import { mkdir, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseError } from '../errors/database-error.js';
import { prepareBinaries } from './binaries.js';
import { createCluster } from './create-cluster.js';
import { findCluster, type Cluster } from './data-folder.js';
import { ServerSupervisor, type Site } from './server-supervisor.js';
import { chooseUser, isRoot } from './server-user.js';
import { withStartLock } from './start-lock.js';

export interface EmbeddedServer {
  /** Holds the password: never log it. */
  readonly url: string;
  /** This call started the server. */
  readonly started: boolean;
  /** The last to leave stops the server, and waits for it. Repeating it is harmless. */
  leave(): Promise<void>;
}

export interface EmbeddedOptions {
  /** False: faster, and a crash of the machine may lose the data. Counts for the one who starts the server. */
  readonly durable?: boolean;
}

/** Where root's PostgreSQL lives when the project is where only root can go. */
const SHARED = '/var/lib/movie-pipeline';

/**
 * Joins the PostgreSQL server of `<dataDir>/postgres`, and makes and starts it if need be. Any number of processes of
 * one machine may do so at once. When every one of them is killed, the server runs on until the next has come and left.
 * @throws DatabaseError EMBEDDED with a next step
 */
export async function attachEmbeddedPostgres(
  dataDir: string,
  { durable = true }: EmbeddedOptions = {},
): Promise<EmbeddedServer> {
  try {
    await mkdir(dataDir, { recursive: true });
    const home = await realpath(dataDir);
    return await withStartLock(home, async () => ServerSupervisor.begin(await openSite(home, durable)));
  } catch (error) {
    throw explain(error, dataDir);
  }
}

async function openSite(home: string, durable: boolean): Promise<Site> {
  const path = join(home, 'postgres');
  const found = await findCluster(path, SHARED);
  const user = found === null ? await chooseUser(home) : found.user;
  const binaries = await prepareBinaries(user, isRoot() ? SHARED : home);
  if (found !== null) {
    requireVersion(found, binaries.major);
    return { home, binaries, cluster: found, durable };
  }
  await createCluster(binaries, user, { path, shared: SHARED });
  const cluster = await findCluster(path, SHARED);
  if (cluster === null)
    throw new DatabaseError('EMBEDDED', `${path} was removed while it was made. Start again.`);
  return { home, binaries, cluster, durable };
}

function requireVersion({ folder, major }: Cluster, ours: string): void {
  if (major === ours) return;
  throw new DatabaseError(
    'EMBEDDED',
    `${folder} holds data of PostgreSQL ${major}, and this version of movie-pipeline brings PostgreSQL ${ours}. ` +
      'Copy the data over with pg_dump and pg_restore of both versions, or use another DATA_DIR.',
  );
}

/** A file or folder that can't be written, for want of rights or of space. */
function explain(error: unknown, dataDir: string): unknown {
  if (!(error instanceof Error) || !('syscall' in error)) return error;
  return new DatabaseError(
    'EMBEDDED',
    `The embedded PostgreSQL can't use ${dataDir}. Make it writable, with 200 MB free, or set DATA_DIR to a folder ` +
      `that is, or set DATABASE_URL. (${error.message})`,
    { cause: error },
  );
}
