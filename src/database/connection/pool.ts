import { Logger } from '@nestjs/common';
import { Client, Pool, type ClientConfig } from 'pg';
import type { DatabaseAddress } from './database-url.js';
import { isRefusalOfTls } from '../errors/database-fault.js';
import { explainError } from '../errors/explain-error.js';
import { ScramClient } from './scram-client.js';
import { checkSession, prepareSession } from './session.js';
import type { Tls } from './tls.js';

/** An address whose schema and TLS are settled. */
export interface Target extends DatabaseAddress {
  readonly schema: string;
}

const CONNECT_TIMEOUT_MS = 10_000;
const IDLE_TIMEOUT_MS = 30_000;

/** Every setting that node-postgres would otherwise read from a PG* variable or ~/.pgpass. */
function clientConfig(address: DatabaseAddress, tls: Tls): ClientConfig {
  // For these two, node-postgres takes an empty value for none.
  delete process.env.PGOPTIONS;
  delete process.env.PGREPLICATION;
  return {
    host: address.host,
    port: address.port,
    user: address.user,
    password: () => address.password,
    database: address.database,
    ssl: tls,
    sslnegotiation: 'postgres',
    enableChannelBinding: address.channelBinding,
    options: address.options,
    client_encoding: 'UTF8',
    application_name: address.applicationName,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
  };
}

/** A client that is not connected yet. */
export function newClient(
  address: DatabaseAddress,
  tls: Tls,
  applicationName = address.applicationName,
): Client {
  const config = { ...clientConfig(address, tls), application_name: applicationName };
  return address.requireScram ? new ScramClient(config) : new Client(config);
}

/**
 * The pool that Prisma and raw queries share.
 * @param current where the server is now: an embedded one may be started again at another address
 */
export function createPool(
  target: Target,
  size: number,
  current = (): Pick<DatabaseAddress, 'host' | 'port'> => target,
): Pool {
  const logger = new Logger('Database');
  const pool = new Pool({
    ...clientConfig(target, target.tls[0] ?? false),
    // The types leave out the argument.
    ...(target.requireScram && { Client: ScramClient as unknown as new () => Client }),
    max: size,
    idleTimeoutMillis: IDLE_TIMEOUT_MS,
    onConnect: (client): unknown => prepareSession(client, target.schema),
  });
  // Read for each new connection.
  Object.defineProperties(pool.options, {
    host: { get: () => current().host },
    port: { get: () => current().port },
  });
  // A connection may break while it is checked out: the query on it rejects, and the event has nothing to add.
  pool.on('connect', (client) => {
    client.on('error', () => undefined);
  });
  // An idle connection that breaks is replaced by the pool; unheard, the event would end the process.
  pool.on('error', (error) => {
    logger.warn({ event: 'database.connection_lost', reason: error.message });
  });
  return pool;
}

/**
 * A connection outside the pool, and the address with the way that leads to it.
 * @throws DatabaseError when there is none to be had
 */
export async function connectClient(
  address: DatabaseAddress,
): Promise<{ readonly client: Client; readonly address: DatabaseAddress }> {
  try {
    const [client, tls] = await connectBy(address, address.tls);
    try {
      await checkSession(client, address, async () => (await connectBy(address, [tls]))[0]);
      await prepareSession(client, address.schema);
      return { client, address: { ...address, tls: [tls] } };
    } catch (error) {
      await client.end();
      throw error;
    }
  } catch (error) {
    throw explainError(error, address.label);
  }
}

/** The next way is tried where the server has no TLS, or accepts this user only without it. */
async function connectBy(address: DatabaseAddress, ways: readonly Tls[]): Promise<readonly [Client, Tls]> {
  const [tls = false, ...others] = ways;
  const client = newClient(address, tls);
  client.on('error', () => undefined);
  try {
    await client.connect();
    return [client, tls];
  } catch (error) {
    await client.end().catch(() => undefined);
    if (others.length > 0 && isRefusalOfTls(error)) return connectBy(address, others);
    throw error;
  }
}

/** `?schema=`, or else what the server takes as this role's own. */
export async function settleSchema(client: Client, address: DatabaseAddress): Promise<Target> {
  if (address.schema !== null) return { ...address, schema: address.schema };
  const { rows } = await client.query<{ schema: string | null }>('SELECT current_schema() AS schema');
  return { ...address, schema: rows[0]?.schema ?? 'public' };
}
