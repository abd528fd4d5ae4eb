import { Logger } from '@nestjs/common';
import type { Client, Pool } from 'pg';
import type { DatabaseConfig } from '../../config/app-config.js';
import { DatabaseError } from '../errors/database-error.js';
import { DatabaseHealth } from './database-health.js';
import { grantToReader } from '../access/reader-grants.js';
import { parseDatabaseUrl, type DatabaseAddress } from './database-url.js';
import { readMigrationFolder } from '../migrations/migration-files.js';
import { readHistory } from '../migrations/migration-history.js';
import { migrateDatabase, type MigrationReport } from '../migrations/migrator.js';
import { connectClient, createPool, settleSchema, type Target } from './pool.js';
import { PrismaService } from '../prisma.service.js';
import { StartupRetry } from './startup-retry.js';

export interface OpenOptions {
  /**
   * `apply` migrates (the service, `run`, `migrate`), and creates the embedded database where there is none. `check`
   * rejects a database that this version's code doesn't fit, so that a command beside a running service never migrates
   * it. `never` only connects (`doctor`), and so does `create`, which creates the embedded database where there is none
   * (`restore`).
   */
  readonly migrate?: 'apply' | 'check' | 'never' | 'create';
  /** Aborted when the process shuts down before it has started. */
  readonly signal?: AbortSignal;
}

/** The database of this process, open. */
export class OpenDatabase {
  readonly prisma: PrismaService;
  readonly health: DatabaseHealth;
  private closing: Promise<void> | null = null;

  constructor(
    private readonly target: Target,
    readonly pool: Pool,
    readonly migration: MigrationReport,
    /** For the rest of the start. */
    readonly startupRetry: StartupRetry,
    private readonly server: Server,
  ) {
    this.prisma = new PrismaService(pool, target.schema);
    this.health = new DatabaseHealth(pool, target);
  }

  /** The schema of our tables. */
  get schema(): string {
    return this.target.schema;
  }

  /** `host:port/database`, for messages. */
  get label(): string {
    return this.target.label;
  }

  /** Of the role of the embedded database that reads the movie tables. Contains the password. Null: another server. */
  get readerUrl(): string | null {
    return this.server.readerUrl;
  }

  /** A connection for queries of a person: as the reader of the embedded database, else as our own role. */
  async connectReader(): Promise<Client> {
    const { readerUrl, url } = this.server;
    const own = readerUrl === null ? url : `${readerUrl}?sslmode=disable&require_auth=scram-sha-256`;
    return (await connectClient({ ...parseDatabaseUrl(own), schema: this.schema })).client;
  }

  /** The real path of the embedded database's data; null: another server has it. */
  get folder(): string | null {
    return this.server.folder;
  }

  /** Opens a connection outside the pool, with the same settings. The caller ends it. */
  async openSession(): Promise<Client> {
    const { client } = await connectClient({ ...this.target, port: parseDatabaseUrl(this.server.url).port });
    return client;
  }

  /** Makes what will close the database in its turn; where that fails, the database is closed at once. */
  async handTo<Owner>(make: (database: this) => Promise<Owner>): Promise<Owner> {
    try {
      return await make(this);
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  /** The pool first, an embedded server last. Repeating it is harmless. */
  close(): Promise<void> {
    this.closing ??= this.end();
    return this.closing;
  }

  private async end(): Promise<void> {
    try {
      await this.prisma.$disconnect();
      await this.pool.end();
    } finally {
      await this.server.leave();
    }
  }
}

/**
 * Starts or joins the embedded server unless a URL is set, migrates as asked, and connects.
 * @throws DatabaseError with a next step
 */
export async function openDatabase(config: DatabaseConfig, options: OpenOptions = {}): Promise<OpenDatabase> {
  const server = config.url === null ? await embedded(config.dataDir, options) : external(config.url);
  try {
    const address = parseDatabaseUrl(server.url);
    const startupRetry = new StartupRetry(address.label, options.signal);
    const target = await startupRetry.run(() => withClient(address, settleSchema));
    const report = await startupRetry.run(() => migrateAsAsked(server.url, address, options));
    if (server.readerUrl !== null && !['never', 'create'].includes(options.migrate ?? 'apply'))
      await startupRetry.run(() => withClient(address, grantToReader));
    const pool = createPool(target, config.poolSize, () => parseDatabaseUrl(server.url));
    new Logger('Database').log({ event: 'database.opened', at: target.label, folder: server.folder });
    return new OpenDatabase(target, pool, report, startupRetry, server);
  } catch (error) {
    await server.leave();
    throw error;
  }
}

interface Server {
  readonly url: string;
  /** Of an embedded server's reader. */
  readonly readerUrl: string | null;
  /** Of an embedded server's data. */
  readonly folder: string | null;
  leave(): Promise<void>;
}

function external(url: string): Server {
  return { url, readerUrl: null, folder: null, leave: () => Promise.resolve() };
}

/** Loaded only where it is used: a service with a DATABASE_URL needs none of it. */
async function embedded(dataDir: string, { migrate = 'apply' }: OpenOptions): Promise<Server> {
  const { attachEmbeddedPostgres } = await import('../embedded/embedded-postgres.js');
  return attachEmbeddedPostgres(dataDir, { create: migrate === 'apply' || migrate === 'create' });
}

async function withClient<T>(
  address: DatabaseAddress,
  action: (client: Client, reached: DatabaseAddress) => Promise<T>,
): Promise<T> {
  const { client, address: reached } = await connectClient(address);
  try {
    return await action(client, reached);
  } finally {
    await client.end();
  }
}

async function migrateAsAsked(
  url: string,
  address: DatabaseAddress,
  { migrate = 'apply', signal }: OpenOptions,
): Promise<MigrationReport> {
  const logger = new Logger('Migrator');
  const nothing = { applied: [], upgradedLegacy: false };
  if (migrate === 'never' || migrate === 'create') return nothing;
  if (migrate === 'check') {
    const pending = await withClient(address, readPending);
    if (pending.length === 0) return nothing;
    throw notMigrated(address, pending);
  }
  return migrateDatabase(
    url,
    (event) => {
      if (event.event === 'database.migration_waits') logger.warn(event);
      else logger.log(event);
    },
    signal,
  );
}

async function readPending(client: Client, address: DatabaseAddress): Promise<readonly string[]> {
  const { pending } = await readHistory(
    client,
    await settleSchema(client, address),
    await readMigrationFolder(),
  );
  return pending.map(({ name }) => name);
}

function notMigrated(address: DatabaseAddress, pending: readonly string[]): DatabaseError {
  return new DatabaseError(
    'NOT_MIGRATED',
    `The database at ${address.label} lacks ${pending.join(', ')}. ` +
      'Start the service of this version, or run: npx movie-pipeline migrate',
  );
}
