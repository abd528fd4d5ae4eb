import { mkdir, readdir, realpath, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'pg';
import type * as DataFolder from '../../src/database/embedded/data-folder.js';
import type * as EmbeddedPostgres from '../../src/database/embedded/embedded-postgres.js';
import type * as PostmasterFile from '../../src/database/embedded/postmaster-file.js';
import type * as ServerAddress from '../../src/database/embedded/server-address.js';
import type * as Launch from '../../src/sandbox/launch.js';
import { runChild } from './child.js';
import type { Cleanup } from './cleanup.js';
import { type Dataset, insertDataset } from './dataset.js';
import { Service, type ServiceSettings } from './service.js';
import { built, load, NOW, type Target } from './target.js';

const DATA = join(NOW.root, '.data');

/** A database that exists until the benches end. */
export interface FilledDatabase {
  readonly url: string;
  readonly client: Client;
}

/** A database that the bench drops. */
export interface Database extends FilledDatabase {
  drop(): Promise<void>;
}

/** The PostgreSQL server, sandboxes, services and folders that the benches use, all on this machine. */
export class Environment {
  private readonly filledDatabases = new Map<string, Promise<FilledDatabase>>();
  /** The number of databases and folders created so far, for their names. */
  private created = 0;

  private constructor(
    /** Deleted at the end. */
    readonly folder: string,
    private readonly serverUrl: string,
    private readonly cleanup: Cleanup,
  ) {}

  static async open(cleanup: Cleanup): Promise<Environment> {
    await removeLeftovers();
    const folder = join(DATA, `bench-${process.pid}`);
    await mkdir(folder, { recursive: true });
    cleanup.add(() => rm(folder, { recursive: true, force: true, maxRetries: 10 }));
    const dataDir = join(folder, 'database');
    const { attachEmbeddedPostgres } = await embedded();
    const server = await attachEmbeddedPostgres(dataDir);
    cleanup.add(async () => {
      await server.leave();
      await removeCluster(dataDir);
    });
    return new Environment(folder, await superuserUrl(server.folder), cleanup);
  }

  /** Calls `close` when the benches end, or earlier by the returned function. */
  onClose(close: () => Promise<void>): () => Promise<void> {
    return this.cleanup.add(close);
  }

  /** Always this working copy's sandbox, so that all targets receive the same responses. */
  async sandbox(options: Launch.LaunchOptions): Promise<Launch.LaunchedSandbox> {
    const { launchSandbox } = await load<typeof Launch>(NOW, 'sandbox/launch.js');
    const sandbox = await launchSandbox(options);
    return { ...sandbox, stop: this.cleanup.add(() => sandbox.stop()) };
  }

  async service(
    target: Target,
    settings: Omit<ServiceSettings, 'dataDir'>,
  ): Promise<Service & { finish: () => Promise<void> }> {
    const service = Service.start(target, { ...settings, dataDir: this.folder });
    const closed = this.cleanup.add(() => service.kill());
    await service.ready();
    const finish = async (): Promise<void> => {
      await service.end();
      await closed();
    };
    return Object.assign(service, { finish });
  }

  /** An empty database that the target has migrated. */
  async database(target: Target): Promise<Database> {
    const name = await this.migrated(target);
    const { url, client } = await this.connect(name);
    const drop = this.cleanup.add(async () => {
      await client.end();
      await this.administer(`DROP DATABASE ${name} WITH (FORCE)`);
    });
    return { url, client, drop };
  }

  /**
   * A database that the target has migrated, with these rows. All benches share it; each must restore what it changes.
   */
  filled(target: Target, dataset: Dataset): Promise<FilledDatabase> {
    const key = `${target.root} ${dataset.movies} ${dataset.runs}`;
    const filled = this.filledDatabases.get(key) ?? this.fill(target, dataset);
    this.filledDatabases.set(key, filled);
    return filled;
  }

  /** An empty folder for a service with an embedded database. */
  async dataDir(): Promise<{ readonly path: string; remove: () => Promise<void> }> {
    this.created += 1;
    const path = join(this.folder, `data-${this.created}`);
    await mkdir(path);
    return { path, remove: this.cleanup.add(() => removeCluster(path)) };
  }

  private async fill(target: Target, dataset: Dataset): Promise<FilledDatabase> {
    const name = await this.migrated(target);
    const { url, client } = await this.connect(name);
    this.cleanup.add(() => client.end());
    const second = await this.connect(name);
    const close = this.cleanup.add(() => second.client.end());
    await insertDataset([client, second.client], dataset, target);
    await close();
    return { url, client };
  }

  /** Creates and migrates a database. Returns its name. */
  private async migrated(target: Target): Promise<string> {
    this.created += 1;
    const name = `bench_${this.created}`;
    await this.administer(`CREATE DATABASE ${name} TEMPLATE template0`);
    await runChild({
      file: built(target, 'cli.js'),
      args: ['migrate', '--json'],
      env: { DATABASE_URL: this.urlOf(name), LOG_LEVEL: 'warn' },
      cwd: this.folder,
    });
    return name;
  }

  private async connect(name: string): Promise<FilledDatabase> {
    const url = this.urlOf(name);
    const client = new Client({ connectionString: url });
    await client.connect();
    return { url, client };
  }

  private async administer(sql: string): Promise<void> {
    const client = new Client({ connectionString: this.serverUrl });
    await client.connect();
    try {
      await client.query(sql);
    } finally {
      await client.end();
    }
  }

  private urlOf(name: string): string {
    const url = new URL(this.serverUrl);
    url.pathname = `/${name}`;
    return url.href;
  }
}

function embedded(): Promise<typeof EmbeddedPostgres> {
  return load<typeof EmbeddedPostgres>(NOW, 'database/embedded/embedded-postgres.js');
}

/** The service's own role may not create databases. */
async function superuserUrl(folder: string): Promise<string> {
  const { findCluster } = await load<typeof DataFolder>(NOW, 'database/embedded/data-folder.js');
  const { readPostmaster } = await load<typeof PostmasterFile>(NOW, 'database/embedded/postmaster-file.js');
  const { SUPERUSER, tcpUrl } = await load<typeof ServerAddress>(NOW, 'database/embedded/server-address.js');
  const [cluster, server] = [await findCluster(folder), await readPostmaster(folder)];
  if (cluster === null || server === null) throw new Error(`No server runs on ${folder}.`);
  return `${tcpUrl(cluster, server, SUPERUSER)}?sslmode=disable`;
}

/** For root, `postgres` may be a link to the cluster elsewhere. */
async function removeCluster(dataDir: string): Promise<void> {
  const cluster = await realpath(join(dataDir, 'postgres')).catch(() => null);
  if (cluster !== null) await rm(cluster, { recursive: true, force: true, maxRetries: 10 });
  await rm(dataDir, { recursive: true, force: true, maxRetries: 10 });
}

/** Removes the folders of benches that were killed. */
async function removeLeftovers(): Promise<void> {
  await mkdir(DATA, { recursive: true });
  const { attachEmbeddedPostgres } = await embedded();
  for (const name of await readdir(DATA)) {
    const pid = Number(/^bench-(\d+)$/.exec(name)?.[1]);
    if (Number.isNaN(pid) || isAlive(pid)) continue;
    const folder = join(DATA, name);
    for (const inner of await readdir(folder, { withFileTypes: true })) {
      const dataDir = join(folder, inner.name);
      if (!inner.isDirectory() || !(await readdir(dataDir)).includes('postgres')) continue;
      // The server stops when its last user leaves.
      await (await attachEmbeddedPostgres(dataDir)).leave();
      await removeCluster(dataDir);
    }
    await rm(folder, { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
