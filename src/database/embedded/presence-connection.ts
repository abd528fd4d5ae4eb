import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { DatabaseError } from '../errors/database-error.js';
import { ROLE } from './create-cluster.js';
import type { Cluster } from './data-folder.js';
import type { Postmaster } from './postmaster-file.js';
import { CLUSTER_NAME, LOG } from './server-control.js';

const DATABASE = 'movie_pipeline';
const KEEPER = 'movie-pipeline keeper';
const CONNECT_TIMEOUT_MS = 10_000;
/** After a crash of one of its processes, a server recovers while it stays up. */
const CANNOT_CONNECT_NOW = '57P03';
const RECOVERY_CHECK_MS = 50;
const RECOVERY_CHECKS = 1200;

/** Of pg's Client, whose types leave them out. */
interface Unreferable {
  ref(): void;
  unref(): void;
}

/** A connection that a process holds for as long as it uses the server. Its end, however it comes, is its leaving. */
export class PresenceConnection {
  private broken = false;
  private ending = false;
  private lost: () => void = () => undefined;

  private constructor(
    /** Holds the password. */
    readonly url: string,
    private readonly client: Client,
  ) {
    client.once('end', () => {
      this.broken = true;
      if (!this.ending) this.lost();
    });
    // A process that forgets to leave may end all the same.
    (client as unknown as Unreferable).unref();
  }

  /**
   * Under the start lock.
   * @throws DatabaseError EMBEDDED when the server isn't ours
   */
  static async join(cluster: Cluster, server: Postmaster): Promise<PresenceConnection> {
    try {
      await ensureDatabase(cluster, server.port);
      const url = urlOf(cluster, server.port, DATABASE);
      return new PresenceConnection(url, await connect(url, KEEPER));
    } catch (error) {
      throw explain(cluster, server, error);
    }
  }

  get isAlive(): boolean {
    return !this.broken;
  }

  /** For one listener: the connection ended, and not by us. */
  onLost(listener: () => void): void {
    this.lost = listener;
  }

  /** Under the start lock. Says whether nobody else uses the server. */
  async part(): Promise<boolean> {
    this.ending = true;
    (this.client as unknown as Unreferable).ref();
    try {
      // The server notices later that a connection has ended; the next to leave must not count this one.
      await this.client.query("SET application_name = ''");
      const { rows } = await this.client.query<{ others: number }>(
        'SELECT count(*)::int AS others FROM pg_stat_activity WHERE application_name = $1',
        [KEEPER],
      );
      return rows[0]?.others === 0;
    } finally {
      await this.end();
    }
  }

  async end(): Promise<void> {
    this.ending = true;
    if (this.broken) return;
    await this.client.end().catch(() => undefined);
  }
}

function urlOf({ password }: Cluster, port: number, database: string): string {
  return `postgres://${ROLE}:${password}@127.0.0.1:${port}/${database}`;
}

async function ensureDatabase(cluster: Cluster, port: number): Promise<void> {
  const client = await connect(urlOf(cluster, port, 'postgres'), 'movie-pipeline');
  try {
    const { rows } = await client.query<{ name: string; folder: string; missing: boolean }>(
      `SELECT current_setting('cluster_name') AS name, current_setting('data_directory') AS folder,
              NOT EXISTS (SELECT FROM pg_database WHERE datname = $1) AS missing`,
      [DATABASE],
    );
    const [server] = rows;
    if (server?.name !== CLUSTER_NAME) throw new Stranger('it was started by something else');
    if ((await realpath(server.folder)) !== cluster.folder)
      throw new Stranger('another folder is behind its port');
    if (server.missing) await client.query(`CREATE DATABASE ${DATABASE}`);
  } finally {
    await client.end();
  }
}

async function connect(url: string, name: string): Promise<Client> {
  for (let attempt = 1; ; attempt++) {
    const client = new Client({
      connectionString: url,
      application_name: name,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      keepAlive: true,
    });
    // Unheard, a killed server would end the process.
    client.on('error', () => undefined);
    try {
      await client.connect();
      return client;
    } catch (error) {
      await client.end().catch(() => undefined);
      const recovering = (error as { code?: string }).code === CANNOT_CONNECT_NOW;
      if (!recovering || attempt === RECOVERY_CHECKS) throw error;
      await sleep(RECOVERY_CHECK_MS);
    }
  }
}

class Stranger extends Error {}

const REFUSED_PASSWORD = '28P01';

/** Whether joining failed because the server went away, not because it refused. */
export function brokeOff(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : null;
  const { code = '', message = '' } = (cause ?? {}) as { code?: string; message?: string };
  return /^(?:ECONNRESET|ECONNREFUSED|EPIPE|57P0[123])$/.test(code) || message.includes('terminated');
}

function explain({ folder }: Cluster, server: Postmaster, cause: unknown): DatabaseError {
  const { message, code } = cause as Error & { code?: string };
  const at = `process ${server.pid}, port ${server.port}`;
  return new DatabaseError(
    'EMBEDDED',
    cause instanceof Stranger || code === REFUSED_PASSWORD
      ? `A PostgreSQL server that movie-pipeline didn't start (${at}) runs on ${folder}: ${message}. ` +
          'Stop it, or set DATABASE_URL to it.'
      : `PostgreSQL on ${folder} (${at}) can't be used: ${message}. Its log: ${join(folder, LOG)}`,
    { cause },
  );
}
