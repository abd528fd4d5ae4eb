import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../src/common/free-port.js';
import { until } from './until.js';

/** Where Debian's package `pgbouncer` puts it; null: not installed. */
export const PGBOUNCER =
  ['/usr/sbin/pgbouncer', '/usr/bin/pgbouncer'].find((path) => existsSync(path)) ?? null;

export interface Pooler {
  readonly url: string;
  stop(): Promise<void>;
}

/** A PgBouncer in front of the database at `url`. */
export async function startPgBouncer(
  url: string,
  mode: 'session' | 'transaction' | 'statement',
  settings: Readonly<Record<string, string | number>> = {},
): Promise<Pooler> {
  const { hostname, port, username, password, pathname } = new URL(url);
  const folder = await mkdtemp(join(tmpdir(), 'movie-pipeline-test-'));
  await chmod(folder, 0o755);
  const listenPort = (await freePort(0, '127.0.0.1'))!;
  const pooled = new URL(url);
  pooled.host = `127.0.0.1:${listenPort}`;
  // Only the embedded server has to prove itself.
  pooled.searchParams.delete('require_auth');
  const options = {
    listen_addr: '127.0.0.1',
    listen_port: listenPort,
    unix_socket_dir: '',
    auth_type: 'any',
    pool_mode: mode,
    ...settings,
  };
  const server = `host=${hostname} port=${port} user=${username} password=${decodeURIComponent(password)}`;
  await writeFile(
    join(folder, 'pgbouncer.ini'),
    `[databases]\n${pathname.slice(1)} = ${server}\n[pgbouncer]\n` +
      Object.entries(options)
        .map(([name, value]) => `${name} = ${value}\n`)
        .join(''),
  );
  // PgBouncer refuses to run as root.
  const user = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
  const child = spawn(PGBOUNCER!, [join(folder, 'pgbouncer.ini')], { stdio: 'ignore', ...user });
  await until(() => accepts(listenPort), { deadlineMs: 10_000, what: 'PgBouncer accepts connections' });
  return {
    url: pooled.href,
    stop: async () => {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
      await rm(folder, { recursive: true });
    },
  };
}

async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  const accepted = await once(socket, 'connect').then(
    () => true,
    () => false,
  );
  socket.destroy();
  return accepted;
}
