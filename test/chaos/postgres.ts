import { execFile, fork, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, mkdir, mkdtemp, readFile, realpath, rm, stat } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, dirname } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { built, ROOT } from './built.js';
import { until } from './patience.js';

const run = promisify(execFile);

const RESTART_SECONDS = 60;
/** Of one try. */
const PATIENCE_SECONDS = 5;
const { chooseUser } = (await import(
  built('database/embedded/server-user.js')
)) as typeof import('../../src/database/embedded/server-user.js');

export type RestartMode = 'immediate' | 'fast';

/** A PostgreSQL server that may be restarted at any moment. */
export interface Postgres {
  readonly name: string;
  /** How the program's processes find it. */
  readonly env: Readonly<Record<string, string>>;
  readonly url: string;
  /** `immediate` is as after a power cut; with `fast` it writes down first what it knows. Sessions are cut by both. */
  restart(mode: RestartMode): Promise<void>;
  /** @throws Error when the server is still there afterwards */
  stop(): Promise<void>;
}

/** The one that comes with the program; a process of its own holds it, as a service beside the others would. */
export async function startEmbedded(dataDir: string): Promise<Postgres> {
  const holder = fork(join(ROOT, 'test', 'support', 'attach.mjs'), [dataDir], { silent: true });
  const [{ url, error }] = (await once(holder, 'message')) as [{ url: string; error?: string }];
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
      await leave(holder);
      if ((await runningPid(folder)) !== null)
        throw new Error(`The embedded server of ${dataDir} was left running.`);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function leave(holder: ChildProcess): Promise<void> {
  const left = once(holder, 'exit');
  holder.send('leave');
  await left;
}

/** The system's own, on a data folder of its own; null where the system has none. */
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

/** So that a server that is to stop is not started once more. */
class Restarts {
  private last = Promise.resolve();
  private ended = false;

  constructor(private readonly folder: string) {}

  async begin(mode: RestartMode): Promise<void> {
    if (this.ended) return;
    this.last = restart(this.folder, mode);
    await this.last;
  }

  /** Once the last one is over, however it went. */
  async end(): Promise<void> {
    this.ended = true;
    await this.last.catch(() => undefined);
  }
}

/**
 * Whoever else is first to start it again, as the embedded server's users may be, has done the same; pg_ctl may wait in
 * vain for theirs to stop. On a busy machine sessions may outlive their server for a moment, and keep a new one from
 * starting.
 */
async function restart(folder: string, mode: RestartMode): Promise<void> {
  const started = await readFile(join(folder, 'postmaster.opts'), 'utf8');
  const bin = dirname(started.split(' ')[0] ?? '');
  const before = await runningPid(folder);
  await until('Restarting the database', RESTART_SECONDS, () =>
    control(bin, folder, ['restart', '-m', mode], PATIENCE_SECONDS).then(
      () => true,
      async () => ![null, before].includes(await runningPid(folder)),
    ),
  );
}

/** As the owner of the folder; what the server says goes into it. */
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
  if (code !== 0) throw new Error(`pg_ctl ${args.join(' ')} failed on ${folder}.`);
}

/** The server's process; null where none is alive. */
async function runningPid(folder: string): Promise<number | null> {
  const pid = Number((await readFile(join(folder, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n')[0]);
  return pid > 0 && (await stat(`/proc/${pid}`).catch(() => null)) !== null ? pid : null;
}

export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** One statement on a connection of its own. */
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
