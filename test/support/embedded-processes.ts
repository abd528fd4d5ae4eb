import { execFile, fork, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, realpath, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  attachEmbeddedPostgres,
  type EmbeddedServer,
} from '../../src/database/embedded/embedded-postgres.js';
import { readPostmaster } from '../../src/database/embedded/postmaster-file.js';

/** Another process that uses the embedded server. */
export class OtherProcess {
  private constructor(
    private readonly child: ChildProcess,
    readonly url: string,
    readonly started: boolean,
  ) {}

  static async start(dataDir: string): Promise<OtherProcess> {
    const child = fork(join(import.meta.dirname, 'attach.mjs'), [dataDir]);
    const [answer] = (await once(child, 'message')) as [{ url: string; started: boolean; error?: string }];
    if (answer.error !== undefined) throw new Error(answer.error);
    return new OtherProcess(child, answer.url, answer.started);
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
  private readonly others: OtherProcess[] = [];

  private constructor(
    /** Contains `dataDir`, and no .env. */
    readonly top: string,
    readonly dataDir: string,
  ) {}

  static async create(name = 'data'): Promise<ServerFolder> {
    const top = await mkdtemp(join(await realpath(tmpdir()), 'movie-pipeline-test-'));
    // Other users can traverse it, as they can a usual checkout.
    await chmod(top, 0o755);
    return new ServerFolder(top, join(top, name));
  }

  /** A folder whose server was created before, since initdb takes most of a test's time. */
  static async copyOf(template: ServerFolder): Promise<ServerFolder> {
    const folder = await ServerFolder.create();
    await mkdir(folder.dataDir);
    // Unlike Node's own copy, this keeps the owner.
    await promisify(execFile)('cp', ['-a', template.cluster, folder.cluster]);
    return folder;
  }

  /** Joins the server in this process; `remove` leaves it. */
  async attach(): Promise<EmbeddedServer> {
    const server = await attachEmbeddedPostgres(this.dataDir);
    this.attached.push(server);
    return server;
  }

  /** Joins the server in another process. */
  async attachElsewhere(): Promise<OtherProcess> {
    const other = await OtherProcess.start(this.dataDir);
    this.others.push(other);
    return other;
  }

  get cluster(): string {
    return join(this.dataDir, 'postgres');
  }

  /** The process id of the folder's server; null when none runs. */
  serverPid(): Promise<number | null> {
    return serverPidIn(this.dataDir);
  }

  /** Kills the server like a power cut, without a checkpoint. */
  async killServer(): Promise<void> {
    const pid = await this.serverPid();
    if (pid !== null) process.kill(pid, 'SIGKILL');
  }

  async remove(): Promise<void> {
    await Promise.all(this.others.map((other) => other.kill()));
    await Promise.all(this.attached.map((server) => server.leave()));
    await this.killServer();
    const cluster = await realpath(this.cluster).catch(() => null);
    if (cluster !== null) await rm(cluster, { recursive: true, force: true, maxRetries: 10 });
    await rm(this.top, { recursive: true, force: true, maxRetries: 10 });
  }
}

/** The process id of the server of a DATA_DIR; null when none runs. */
export async function serverPidIn(dataDir: string): Promise<number | null> {
  const folder = await realpath(join(dataDir, 'postgres')).catch(() => null);
  return folder === null ? null : ((await readPostmaster(folder))?.pid ?? null);
}

/** A process of the user who owns the server's folder. */
export async function startBystander(cluster: string): Promise<ChildProcess> {
  const { uid, gid } = await stat(cluster);
  const child = spawn('sleep', ['300'], process.getuid?.() === 0 ? { uid, gid } : {});
  await once(child, 'spawn');
  return child;
}
