import { execFile, fork, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, mkdir, mkdtemp, readFile, realpath, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, dirname } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { built, ROOT } from './built.js';
import { freePort } from './free-port.js';
import { pollUntil } from './poll-until.js';

const run = promisify(execFile);

const RESTART_SECONDS = 60;
/** How long one pg_ctl waits for the server during a restart. */
const PG_CTL_SECONDS = 5;

const { chooseUser } = (await import(
  built('database/embedded/server-user.js')
)) as typeof import('../../src/database/embedded/server-user.js');

export type RestartMode = 'immediate' | 'fast';

/** A PostgreSQL server that a test restarts. */
export interface Postgres {
  readonly name: string;
  /** The replicas' settings of the database. */
  readonly env: Readonly<Record<string, string>>;
  readonly url: string;
  /** Both modes close every session. After `immediate` the server needs crash recovery, as after a power cut. */
  restart(mode: RestartMode): Promise<void>;
  /** @throws Error when the server is still running afterwards */
  stop(): Promise<void>;
}

/** The embedded server. A process of its own attaches to it, so that it outlives every replica. */
export async function startEmbedded(dataDir: string): Promise<Postgres> {
  const attached = fork(join(ROOT, 'test', 'support', 'attach.mjs'), [dataDir], { silent: true });
  const [{ url, error }] = (await once(attached, 'message')) as [{ url: string; error?: string }];
  if (error !== undefined) throw new Error(error);
  const folder = await realpath(join(dataDir, 'postgres'));
  const restarts = new Restarts(folder);
  return {
    name: 'embedded',
    env: { DATA_DIR: dataDir },
    url,
    restart: (mode) => restarts.begin(mode),
    stop: async () => {
      await restarts.end();
      await detach(attached);
      if ((await runningPid(folder)) !== null)
        throw new Error(`The embedded server in ${dataDir} is still running after its last user has left.`);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function detach(attached: ChildProcess): Promise<void> {
  const exit = once(attached, 'exit');
  attached.send('leave');
  await exit;
}

/** A server of the PostgreSQL that is installed on the system, in a new data folder; null when none is installed. */
export async function startSystem(dataDir: string): Promise<Postgres | null> {
  const bin = await run('pg_config', ['--bindir']).then(
    ({ stdout }) => stdout.trim(),
    () => null,
  );
  if (bin === null || (await stat(join(bin, 'initdb')).catch(() => null)) === null) return null;
  const folder = await mkdtemp(join(await realpath(tmpdir()), 'movie-pipeline-chaos-'));
  const user = await chooseUser(folder);
  if (user !== null) await chown(folder, user.uid, user.gid);
  await chmod(folder, 0o700);
  const options = { cwd: folder, ...user };
  await run(join(bin, 'initdb'), ['-D', folder, '-U', 'chaos', '-A', 'trust', '-E', 'UTF8'], options);
  const port = await freePort();
  const settings = `-p ${port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c max_connections=100`;
  await control(bin, folder, ['start', '-o', settings]);
  await run(join(bin, 'createdb'), ['-h', '127.0.0.1', '-p', String(port), '-U', 'chaos', 'chaos'], options);
  const url = `postgresql://chaos@127.0.0.1:${port}/chaos`;
  const restarts = new Restarts(folder);
  await mkdir(dataDir, { recursive: true });
  return {
    name: `PostgreSQL ${(await readFile(join(folder, 'PG_VERSION'), 'utf8')).trim()}`,
    env: { DATABASE_URL: url, DATA_DIR: dataDir },
    url,
    restart: (mode) => restarts.begin(mode),
    stop: async () => {
      await restarts.end();
      await control(bin, folder, ['stop', '-m', 'fast']);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Prevents a restart from starting a server that has been stopped. */
class Restarts {
  private last = Promise.resolve();
  private isEnded = false;

  constructor(private readonly folder: string) {}

  async begin(mode: RestartMode): Promise<void> {
    if (this.isEnded) return;
    this.last = restart(this.folder, mode);
    await this.last;
  }

  /** Waits for the restart that is under way, whether it succeeds or fails. Later ones do nothing. */
  async end(): Promise<void> {
    this.isEnded = true;
    await this.last.catch(() => undefined);
  }
}

/**
 * pg_ctl may fail although the server has restarted: a replica that uses the embedded server can start it first, and
 * pg_ctl then waits for the wrong process to stop. On a busy machine, sessions that outlive their server for a moment
 * keep a new one from starting, so a failed attempt is repeated.
 */
async function restart(folder: string, mode: RestartMode): Promise<void> {
  const started = await readFile(join(folder, 'postmaster.opts'), 'utf8');
  const bin = dirname(started.split(' ')[0] ?? '');
  const before = await runningPid(folder);
  await pollUntil(
    () =>
      control(bin, folder, ['restart', '-m', mode], PG_CTL_SECONDS).then(
        () => true,
        async () => ![null, before].includes(await runningPid(folder)),
      ),
    { seconds: RESTART_SECONDS, what: 'the database has restarted' },
  );
}

/** Runs pg_ctl as the owner of the data folder. The server logs into that folder. */
async function control(bin: string, folder: string, args: readonly string[], seconds = 60): Promise<void> {
  const { uid, gid } = await stat(folder);
  const child = spawn(
    join(bin, 'pg_ctl'),
    [...args, '-w', '-t', String(seconds), '-D', '.', '-l', 'server.log'],
    {
      cwd: folder,
      stdio: 'ignore',
      ...(process.getuid?.() === 0 ? { uid, gid } : {}),
    },
  );
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`pg_ctl ${args.join(' ')} failed in ${folder}. See server.log there.`);
}

/** The process id of the server; null when it is not running. */
async function runningPid(folder: string): Promise<number | null> {
  const pid = Number((await readFile(join(folder, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n')[0]);
  return pid > 0 && (await stat(`/proc/${pid}`).catch(() => null)) !== null ? pid : null;
}

/** Runs one statement on a new connection. */
export async function query<Row extends object>(url: string, sql: string): Promise<Row[]> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const result = await client.query<Row>(sql);
    return result.rows;
  } finally {
    await client.end();
  }
}
