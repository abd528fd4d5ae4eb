import { readFile, rename, statfs } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DatabaseError } from '../errors/database-error.js';
import type { Binaries } from './binaries.js';
import type { Cluster } from './data-folder.js';
import { disownStaleFile, readPostmaster, type Postmaster } from './postmaster-file.js';
import { lastLines, runProgram } from './run-program.js';

/** Given on the command line, so that a server started by hand on our folder doesn't have it. */
export const CLUSTER_NAME = 'movie-pipeline';

/** In the data folder. */
export const LOG = 'server.log';
const ATTEMPTS = 20;
const POLL_MS = 20;
/** A crash recovery may take long. */
const PATIENCE_SECONDS = 300;

/** The server that runs, once it is ready; null when there is none. Under the start lock. */
export async function findServer({ folder }: Cluster): Promise<Postmaster | null> {
  const deadline = performance.now() + PATIENCE_SECONDS * 1000;
  for (;;) {
    const server = await readPostmaster(folder);
    if (server === null || server.status === 'ready') return server;
    if (performance.now() > deadline) {
      throw new DatabaseError(
        'EMBEDDED',
        `PostgreSQL (process ${server.pid}) on ${folder} has been ${server.status} for minutes. Its log: ${join(folder, LOG)}`,
      );
    }
    await sleep(POLL_MS);
  }
}

/**
 * Starts the server in a session of its own, which a terminal's Ctrl-C doesn't reach; one that somebody else started
 * meanwhile, who knows nothing of our lock, does as well. Under the start lock.
 * @param durable false: a crash of the machine may lose the data, as tests can bear
 */
export async function startServer(
  binaries: Binaries,
  cluster: Cluster,
  durable: boolean,
): Promise<Postmaster> {
  await disownStaleFile(cluster.folder);
  for (let attempt = 1; ; attempt++) {
    const last = attempt === 1 ? await lastPort(cluster.folder) : 0;
    const port = (await freePort(last)) ?? (await freePort(0));
    const log = join(cluster.folder, LOG);
    await rename(log, `${log}.1`).catch(() => undefined);
    const options = `-p ${port} -c cluster_name=${CLUSTER_NAME}${durable ? '' : ' -F -c full_page_writes=off'}`;
    const { ok, output } = await control(binaries, cluster, ['start', '-l', LOG, '-o', options]);
    const server = ok ? await readPostmaster(cluster.folder) : null;
    if (server !== null) return server;
    const other = ok ? null : await findServer(cluster);
    if (other !== null) return other;
    const said = await readFile(log, 'utf8').catch(() => output);
    // The port was taken meanwhile; or processes of a killed server are still about to end.
    const passing = /could not bind|shared memory block .* is still in use/.test(said);
    if (!passing || attempt === ATTEMPTS) {
      throw new DatabaseError('EMBEDDED', await whyNot(cluster.folder, said));
    }
    await sleep(POLL_MS * attempt);
  }
}

/** A segment of its log of changes, without room for which it does nothing. */
const LEAST_ROOM = 16 * 1024 * 1024;

/** On a full disk it can't write the reason down. */
async function whyNot(folder: string, said: string): Promise<string> {
  const { bavail, bsize } = await statfs(folder);
  if (bavail * bsize < LEAST_ROOM) {
    return `PostgreSQL doesn't start on ${folder}: the disk is full. Make room, or set DATA_DIR to a folder elsewhere.`;
  }
  return `PostgreSQL doesn't start on ${folder}. Remove the cause, or set DATABASE_URL. Its log ends:\n${lastLines(said)}`;
}

/** Ends the sessions that are left, writes everything down, and waits until the server has gone. */
export async function stopServer(binaries: Binaries, cluster: Cluster): Promise<void> {
  const { ok, output } = await control(binaries, cluster, ['stop', '-m', 'fast']);
  if (ok || (await readPostmaster(cluster.folder)) === null) return;
  throw new DatabaseError(
    'EMBEDDED',
    `PostgreSQL on ${cluster.folder} doesn't stop. It said:\n${lastLines(output)}`,
  );
}

/** By relative paths: pg_ctl hands them to a shell, to which some letters of a folder's name mean something. */
function control(
  binaries: Binaries,
  { folder, user }: Cluster,
  args: readonly string[],
): ReturnType<typeof runProgram> {
  return runProgram(binaries.pgCtl, [...args, '-w', '-t', String(PATIENCE_SECONDS), '-D', '.'], {
    user,
    cwd: folder,
  });
}

/** So that the processes on a server that was killed find the next one; 0: there was none. */
async function lastPort(folder: string): Promise<number> {
  const text = await readFile(join(folder, 'postmaster.opts'), 'utf8').catch(() => '');
  return Number(/"-p" "(\d+)"/.exec(text)?.[1] ?? 0);
}

/** The port, or any free one for 0; null when it is taken. */
function freePort(wanted: number): Promise<number | null> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => {
      resolve(null);
    });
    server.listen({ port: wanted, host: '127.0.0.1', exclusive: true }, () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => {
        resolve(port);
      });
    });
  });
}
