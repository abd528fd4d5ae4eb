import { fork, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, realpath, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  attachEmbeddedPostgres,
  type EmbeddedServer,
} from '../../src/database/embedded/embedded-postgres.js';
import { readPostmaster } from '../../src/database/embedded/postmaster-file.js';

/** Another process that holds the embedded server. */
export class Holder {
  private constructor(
    private readonly child: ChildProcess,
    readonly url: string,
    readonly started: boolean,
  ) {}

  static async start(dataDir: string): Promise<Holder> {
    const child = fork(join(import.meta.dirname, 'attach.mjs'), [dataDir]);
    const [answer] = (await once(child, 'message')) as [{ url: string; started: boolean; error?: string }];
    if (answer.error !== undefined) throw new Error(answer.error);
    return new Holder(child, answer.url, answer.started);
  }

  async leave(): Promise<void> {
    this.child.send('leave');
    await once(this.child, 'exit');
  }

  async kill(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    this.child.kill('SIGKILL');
    await once(this.child, 'exit');
  }
}

/** A folder for one test's server. */
export class ServerFolder {
  private readonly attached: EmbeddedServer[] = [];
  private readonly holders: Holder[] = [];

  private constructor(
    /** Holds `dataDir`, and no .env. */
    readonly top: string,
    readonly dataDir: string,
  ) {}

  static async create(name = 'data'): Promise<ServerFolder> {
    const top = await mkdtemp(join(await realpath(tmpdir()), 'movie-pipeline-test-'));
    // As a checkout usually is: others may pass.
    await chmod(top, 0o755);
    return new ServerFolder(top, join(top, name));
  }

  /** Joins the server in this process, until `remove` at the latest. */
  async attach(): Promise<EmbeddedServer> {
    const server = await attachEmbeddedPostgres(this.dataDir);
    this.attached.push(server);
    return server;
  }

  /** Another process that does. */
  async hold(): Promise<Holder> {
    const holder = await Holder.start(this.dataDir);
    this.holders.push(holder);
    return holder;
  }

  get cluster(): string {
    return join(this.dataDir, 'postgres');
  }

  /** The process id of the server that runs on it, or null. */
  serverPid(): Promise<number | null> {
    return serverPidIn(this.dataDir);
  }

  /** As a power cut would: nothing is written down any more. */
  async killServer(): Promise<void> {
    const pid = await this.serverPid();
    if (pid !== null) process.kill(pid, 'SIGKILL');
  }

  async remove(): Promise<void> {
    await Promise.all(this.holders.map((holder) => holder.kill()));
    await Promise.all(this.attached.map((server) => server.leave()));
    await this.killServer();
    const cluster = await realpath(this.cluster).catch(() => null);
    if (cluster !== null) await rm(cluster, { recursive: true, force: true, maxRetries: 10 });
    await rm(this.top, { recursive: true, force: true, maxRetries: 10 });
  }
}

/** The process id of the server that runs below a DATA_DIR, or null. */
export async function serverPidIn(dataDir: string): Promise<number | null> {
  const folder = await realpath(join(dataDir, 'postgres')).catch(() => null);
  return folder === null ? null : ((await readPostmaster(folder))?.pid ?? null);
}

/** Some process of the user who owns the server's folder. */
export async function startBystander(cluster: string): Promise<ChildProcess> {
  const { uid, gid } = await stat(cluster);
  const child = spawn('sleep', ['300'], process.getuid?.() === 0 ? { uid, gid } : {});
  await once(child, 'spawn');
  return child;
}
