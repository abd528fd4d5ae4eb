import { readFile, rename, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from '../../common/free-port.js';
import { retry } from '../../common/retry.js';
import { systemClock } from '../../common/system-clock.js';
import { DatabaseError } from '../errors/database-error.js';
import type { Binaries } from './binaries.js';
import type { Cluster } from './data-folder.js';
import { disownStaleFile, readPostmaster, type Postmaster } from './postmaster-file.js';
import { lastLines, runProgram } from './run-program.js';
import { chooseSocketFolder, removeSocketFolder } from './socket-folder.js';

/** An option of the command line: a server that was started by hand on our folder does not have it. */
export const CLUSTER_NAME = 'movie-pipeline';

/** In the data folder. */
export const LOG = 'server.log';
const HOST = '127.0.0.1';
const ATTEMPTS = 20;
const LONGEST_PAUSE_MS = 400;
const POLL_MS = 40;
/** A crash recovery may take long. */
const DEADLINE_SECONDS = 300;

/** The running server, once it is ready; null when there is none. Requires the start lock. */
export function findServer({ folder }: Cluster): Promise<Postmaster | null> {
  const find = async (): Promise<Postmaster | null> => {
    const server = await readPostmaster(folder);
    if (server === null || server.status === 'ready') return server;
    throw new NotReadyError(
      'EMBEDDED',
      `PostgreSQL (process ${server.pid}) on ${folder} has been ${server.status} for five minutes. ` +
        `Its log: ${join(folder, LOG)}`,
    );
  };
  return retry(find, {
    clock: systemClock,
    random: Math.random,
    deadlineMs: DEADLINE_SECONDS * 1_000,
    longestPauseMs: POLL_MS,
    isRetryable: (error) => error instanceof NotReadyError,
  });
}

class NotReadyError extends DatabaseError {}

/**
 * Starts the server in a session of its own, which a terminal's Ctrl-C does not reach. Requires the start lock. Returns
 * a server that something without that lock has started meanwhile as well.
 * @param durable false: a crash of the machine may lose the data, which tests accept
 * @throws DatabaseError EMBEDDED with the end of the server's log
 */
export async function startServer(
  binaries: Binaries,
  cluster: Cluster,
  durable: boolean,
): Promise<Postmaster> {
  await disownStaleFile(cluster.folder);
  const last = await lastOptions(cluster.folder);
  let wantedPort = last.port;
  let socketFolder = await chooseSocketFolder(cluster, last.socketFolder);
  const start = async (): Promise<Postmaster> => {
    const port = (await freePort(wantedPort, HOST)) ?? (await freePort(0, HOST));
    wantedPort = 0;
    const log = join(cluster.folder, LOG);
    await rename(log, `${log}.1`).catch(() => undefined);
    const options = [
      ...['-p', port, '-c', `cluster_name=${CLUSTER_NAME}`],
      ...(socketFolder === null ? [] : ['-k', socketFolder, '-c', 'unix_socket_permissions=0700']),
      ...(durable ? [] : ['-F', '-c', 'full_page_writes=off']),
    ].join(' ');
    const { ok, output } = await control(binaries, cluster, ['start', '-l', LOG, '-o', options]);
    const server = ok ? await readPostmaster(cluster.folder) : await findServer(cluster);
    if (server !== null) return server;
    const reason = await readFile(log, 'utf8').catch(() => output);
    if (NO_SOCKETS.test(reason)) socketFolder = null;
    throw new StartError('EMBEDDED', await describeStart(cluster.folder, reason), { cause: reason });
  };
  return retry(start, {
    clock: systemClock,
    random: Math.random,
    attempts: ATTEMPTS,
    longestPauseMs: LONGEST_PAUSE_MS,
    isRetryable: (error) => error instanceof StartError && PASSING.test(String(error.cause)),
  });
}

/** Its cause is what the server wrote. */
class StartError extends DatabaseError {}

/** Something took the port meanwhile, or processes of a killed server have not exited yet. */
const PASSING = /could not (?:bind|create) |shared memory block .* is still in use/;
/** Some network file systems and shared folders of virtual machines have no sockets. */
const NO_SOCKETS = /Unix.domain socket/;

/** The size of a WAL segment, without which the server does not start. */
const LEAST_ROOM = 16 * 1024 * 1024;

/** On a full disk the server can't write its reason to the log. */
async function describeStart(folder: string, reason: string): Promise<string> {
  const { bavail, bsize } = await statfs(folder);
  if (bavail * bsize < LEAST_ROOM) {
    return `PostgreSQL does not start on ${folder}: the disk is full. Free disk space, or set DATA_DIR to a folder elsewhere.`;
  }
  return `PostgreSQL does not start on ${folder}. Fix what its log names, or set DATABASE_URL. The log ends:\n${lastLines(reason)}`;
}

/** Closes the remaining sessions, writes a checkpoint and waits until the server has exited. */
export async function stopServer(binaries: Binaries, cluster: Cluster): Promise<void> {
  const server = await readPostmaster(cluster.folder);
  const { ok, output } = await control(binaries, cluster, ['stop', '-m', 'fast']);
  if (ok || (await readPostmaster(cluster.folder)) === null) {
    if (server !== null) await removeSocketFolder(cluster, server);
    return;
  }
  throw new DatabaseError(
    'EMBEDDED',
    `PostgreSQL on ${cluster.folder} does not stop. pg_ctl reported:\n${lastLines(output)}`,
  );
}

/** Paths are relative: pg_ctl passes them to a shell, which would interpret special characters in a folder's name. */
function control(
  binaries: Binaries,
  { folder, user }: Cluster,
  args: readonly string[],
): ReturnType<typeof runProgram> {
  return runProgram(binaries.pgCtl, [...args, '-w', '-t', String(DEADLINE_SECONDS), '-D', '.'], {
    user,
    cwd: folder,
  });
}

/** Of the last server, so that processes connected to a killed one reach the next. The port is 0 when there was none. */
async function lastOptions(
  folder: string,
): Promise<{ readonly port: number; readonly socketFolder: string | null }> {
  const text = await readFile(join(folder, 'postmaster.opts'), 'utf8').catch(() => '');
  return {
    port: Number(/"-p" "(\d+)"/.exec(text)?.[1] ?? 0),
    socketFolder: /"-k" "([^"]+)"/.exec(text)?.[1] ?? null,
  };
}
