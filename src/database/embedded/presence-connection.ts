import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import type { Client } from 'pg';
import { retry } from '../../common/retry.js';
import { systemClock } from '../../common/system-clock.js';
import { parseDatabaseUrl } from '../connection/database-url.js';
import { newClient } from '../connection/pool.js';
import { READER } from '../access/reader-grants.js';
import { DatabaseError } from '../errors/database-error.js';
import { isConnectionLost, isRestarting, sqlStateOf } from '../errors/database-fault.js';
import { prepareRoles } from './cluster-roles.js';
import type { Cluster } from './data-folder.js';
import { readPostmaster, type Postmaster } from './postmaster-file.js';
import { DATABASE, OWNER, serverUrl, SUPERUSER, tcpUrl } from './server-address.js';
import { CLUSTER_NAME, LOG } from './server-control.js';

/** The `application_name` by which processes of every version count each other. */
const PRESENCE = 'movie-pipeline presence';
/** How long a server recovers after the crash of one of its own processes, while it refuses connections. */
const RECOVERY_DEADLINE_MS = 60_000;
const RECOVERY_PAUSE_MS = 100;
const INVALID_PASSWORD = '28P01';
const NO_SUCH_DATABASE = '3D000';

/** Methods of pg's Client that its types leave out. */
interface Unreferable {
  ref(): void;
  unref(): void;
}

/** A connection that is open while this process uses the server: the process leaves when it exits for any reason. */
export class PresenceConnection {
  private broken = false;
  private ending = false;
  private reportLoss: () => void = () => undefined;

  private constructor(
    /** Contains the password: never log it. */
    readonly url: string,
    /** Contains the password: never log it. */
    readonly readerUrl: string,
    private readonly client: Client,
  ) {
    client.once('end', () => {
      this.broken = true;
      if (!this.ending) this.reportLoss();
    });
    // A process that forgets to leave can still exit.
    (client as unknown as Unreferable).unref();
  }

  /**
   * Requires the start lock.
   * @throws DatabaseError UNREACHABLE when the server has exited meanwhile, EMBEDDED when it isn't ours
   */
  static async join(cluster: Cluster, server: Postmaster): Promise<PresenceConnection> {
    try {
      await prepareDatabase(cluster, server);
      const url = await serverUrl(cluster, server, OWNER);
      return new PresenceConnection(url, tcpUrl(cluster, server, READER), await connect(url, PRESENCE));
    } catch (error) {
      if (error instanceof DatabaseError) throw error;
      const hasExited = isConnectionLost(error) || (await readPostmaster(cluster.folder)) === null;
      throw explain(hasExited ? 'UNREACHABLE' : 'EMBEDDED', cluster, server, error);
    }
  }

  get isAlive(): boolean {
    return !this.broken;
  }

  /** Calls `listener` when the connection ends without {@link leave} or {@link end}. */
  onLost(listener: () => void): void {
    this.reportLoss = listener;
  }

  /** Ends the connection. Requires the start lock. Returns whether no other process uses the server. */
  async leave(): Promise<boolean> {
    this.ending = true;
    (this.client as unknown as Unreferable).ref();
    try {
      // The server notices the end of a connection only later, and the next process to leave must not count this one.
      await this.client.query("SET application_name = ''");
      const { rows } = await this.client.query<{ others: number }>(
        'SELECT count(*)::int AS others FROM pg_stat_activity WHERE application_name = $1 AND usename <> $2',
        [PRESENCE, READER],
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

/** Creates the database where it is missing, and prepares the roles. */
async function prepareDatabase(cluster: Cluster, server: Postmaster): Promise<void> {
  try {
    await asSuperuser(cluster, server, DATABASE, (client) => prepareRoles(client, cluster));
  } catch (error) {
    if (sqlStateOf(error) !== NO_SUCH_DATABASE) throw error;
    await asSuperuser(cluster, server, 'postgres', (client) => client.query(`CREATE DATABASE ${DATABASE}`));
    await asSuperuser(cluster, server, DATABASE, (client) => prepareRoles(client, cluster));
  }
}

async function asSuperuser(
  cluster: Cluster,
  server: Postmaster,
  database: string,
  action: (client: Client) => Promise<unknown>,
): Promise<void> {
  const client = await connect(await serverUrl(cluster, server, SUPERUSER, database), 'movie-pipeline');
  try {
    await requireOurs(client, cluster);
    await action(client);
  } finally {
    await client.end();
  }
}

async function requireOurs(client: Client, { folder }: Cluster): Promise<void> {
  const { rows } = await client.query<{ name: string; folder: string }>(
    `SELECT current_setting('cluster_name') AS name, current_setting('data_directory') AS folder`,
  );
  const [found] = rows;
  if (found?.name !== CLUSTER_NAME) throw new ForeignServerError('it was not started by movie-pipeline');
  if ((await realpath(found.folder)) !== folder)
    throw new ForeignServerError('its port belongs to the server of another folder');
}

class ForeignServerError extends Error {}

/** Waits for a server that recovers from a crash. */
function connect(url: string, name: string): Promise<Client> {
  return retry(() => connectOnce(url, name), {
    clock: systemClock,
    random: Math.random,
    deadlineMs: RECOVERY_DEADLINE_MS,
    longestPauseMs: RECOVERY_PAUSE_MS,
    isRetryable: isRestarting,
  });
}

async function connectOnce(url: string, name: string): Promise<Client> {
  const client = newClient(parseDatabaseUrl(url), false, name);
  // Without a listener the end of a killed server would end this process too.
  client.on('error', () => undefined);
  try {
    await client.connect();
    return client;
  } catch (error) {
    await client.end().catch(() => undefined);
    throw error;
  }
}

function explain(
  code: 'UNREACHABLE' | 'EMBEDDED',
  { folder }: Cluster,
  server: Postmaster,
  cause: unknown,
): DatabaseError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  const at = `process ${server.pid}, port ${server.port}`;
  const isForeign = cause instanceof ForeignServerError || sqlStateOf(cause) === INVALID_PASSWORD;
  return new DatabaseError(
    code,
    isForeign
      ? `A PostgreSQL server that movie-pipeline did not start (${at}) runs on ${folder}: ${reason}. ` +
          'Stop it, or set DATABASE_URL to it.'
      : `PostgreSQL on ${folder} (${at}) can't be used: ${reason}. Its log: ${join(folder, LOG)}`,
    { cause },
  );
}
