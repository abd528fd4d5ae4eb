import { mkdir, readdir, realpath, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'pg';
import type * as EmbeddedPostgres from '../../src/database/embedded/embedded-postgres.js';
import { runChild } from './child.js';
import type { Closing } from './closing.js';
import { fill, type Filling } from './fill.js';
import { Sandbox, type SandboxSettings } from './sandbox.js';
import { Service, type ServiceSettings } from './service.js';
import { built, load, NOW, type Target } from './target.js';

const DATA = join(NOW.root, '.data');

/** One that stays until the benches end. */
export interface FilledDatabase {
  readonly url: string;
  readonly client: Client;
}

/** A database of its own on the lab's server. */
export interface Database extends FilledDatabase {
  drop(): Promise<void>;
}

/** What the benches need around what they measure: a PostgreSQL server, made-up TMDBs, folders; all on this machine. */
export class Lab {
  private readonly fillings = new Map<string, Promise<FilledDatabase>>();
  private names = 0;

  private constructor(
    /** Goes with the lab. */
    readonly folder: string,
    private readonly serverUrl: string,
    private readonly closing: Closing,
  ) {}

  static async open(closing: Closing): Promise<Lab> {
    await removeLeftovers();
    const folder = join(DATA, `bench-${process.pid}`);
    await mkdir(folder, { recursive: true });
    closing.add(() => rm(folder, { recursive: true, force: true, maxRetries: 10 }));
    const dataDir = join(folder, 'database');
    const { attachEmbeddedPostgres } = await embedded();
    const server = await attachEmbeddedPostgres(dataDir);
    closing.add(async () => {
      await server.leave();
      await removeCluster(dataDir);
    });
    return new Lab(folder, server.url, closing);
  }

  /** Has `close` called when the benches end, or by what is returned, whichever comes first. */
  onClose(close: () => Promise<void>): () => Promise<void> {
    return this.closing.add(close);
  }

  async sandbox(settings: SandboxSettings): Promise<Sandbox & { end: () => Promise<void> }> {
    const sandbox = Sandbox.start(settings);
    const end = this.closing.add(() => sandbox.stop());
    await sandbox.ready();
    return Object.assign(sandbox, { end });
  }

  async service(
    target: Target,
    settings: Omit<ServiceSettings, 'dataDir'>,
  ): Promise<Service & { finish: () => Promise<void> }> {
    const service = Service.start(target, { ...settings, dataDir: this.folder });
    const forget = this.closing.add(() => service.kill());
    await service.ready();
    const finish = async (): Promise<void> => {
      await service.end();
      await forget();
    };
    return Object.assign(service, { finish });
  }

  /** Migrated by the target, and empty. */
  async database(target: Target): Promise<Database> {
    const name = await this.migrated(target);
    const { url, client } = await this.connect(name);
    const drop = this.closing.add(async () => {
      await client.end();
      await this.administer(`DROP DATABASE ${name} WITH (FORCE)`);
    });
    return { url, client, drop };
  }

  /** Migrated by the target and filled, once for all benches: each leaves it as it found it. */
  filled(target: Target, filling: Filling): Promise<FilledDatabase> {
    const key = `${target.root} ${filling.movies} ${filling.runs}`;
    const made = this.fillings.get(key) ?? this.makeFilled(target, filling);
    this.fillings.set(key, made);
    return made;
  }

  /** A folder for a service with an embedded database. */
  async dataDir(): Promise<{ readonly path: string; remove: () => Promise<void> }> {
    this.names += 1;
    const path = join(this.folder, `data-${this.names}`);
    await mkdir(path);
    return { path, remove: this.closing.add(() => removeCluster(path)) };
  }

  private async makeFilled(target: Target, filling: Filling): Promise<FilledDatabase> {
    const name = await this.migrated(target);
    const { url, client } = await this.connect(name);
    this.closing.add(() => client.end());
    const second = await this.connect(name);
    const close = this.closing.add(() => second.client.end());
    await fill([client, second.client], filling);
    await close();
    return { url, client };
  }

  /** Returns the name of a new database. */
  private async migrated(target: Target): Promise<string> {
    this.names += 1;
    const name = `bench_${this.names}`;
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

/** Root's cluster may be elsewhere, with a link in the folder. */
async function removeCluster(dataDir: string): Promise<void> {
  const cluster = await realpath(join(dataDir, 'postgres')).catch(() => null);
  if (cluster !== null) await rm(cluster, { recursive: true, force: true, maxRetries: 10 });
  await rm(dataDir, { recursive: true, force: true, maxRetries: 10 });
}

/** What benches left that were killed. */
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
      // The last to leave stops the server.
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
