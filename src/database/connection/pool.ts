import { Logger } from '@nestjs/common';
import { Client, escapeIdentifier, Pool, type ClientBase, type ClientConfig } from 'pg';
import type { DatabaseAddress } from './database-url.js';
import { explainError } from '../errors/explain-error.js';

/** An address whose schema is settled. */
export interface Target extends DatabaseAddress {
  readonly schema: string;
}

const CONNECT_TIMEOUT_MS = 10_000;
const IDLE_TIMEOUT_MS = 30_000;

function clientConfig(address: DatabaseAddress): ClientConfig {
  return {
    connectionString: address.connectionString,
    application_name: 'movie-pipeline',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
  };
}

/**
 * UTC, and our schema alone, whatever role or server are set to. By SQL, for poolers refuse startup `options`; a
 * pooler must give whole sessions, since session locks need them too.
 */
async function prepareSession(client: ClientBase, schema: string): Promise<void> {
  await client.query(
    `SET TimeZone = 'UTC'; SET DateStyle = 'ISO, MDY'; SET search_path = ${escapeIdentifier(schema)}`,
  );
}

/** The pool that Prisma and raw queries share. */
export function createPool(target: Target, size: number): Pool {
  const logger = new Logger('Database');
  const pool = new Pool({
    ...clientConfig(target),
    max: size,
    idleTimeoutMillis: IDLE_TIMEOUT_MS,
    onConnect: (client): unknown => prepareSession(client, target.schema),
  });
  // An idle connection that breaks is replaced by the pool; unheard, the event would end the process.
  pool.on('error', (error) => {
    logger.warn({ event: 'database.connection_lost', reason: error.message });
  });
  return pool;
}

/**
 * A connection outside the pool.
 * @throws DatabaseError when there is none to be had
 */
export async function connectClient(address: DatabaseAddress): Promise<Client> {
  const client = new Client(clientConfig(address));
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query(`SET TimeZone = 'UTC'; SET DateStyle = 'ISO, MDY'`);
    if (address.schema !== null) await prepareSession(client, address.schema);
    return client;
  } catch (error) {
    await client.end().catch(() => undefined);
    throw explainError(error, address.label);
  }
}

/** `?schema=`, or else what the server takes as this role's own. */
export async function settleSchema(client: Client, address: DatabaseAddress): Promise<Target> {
  if (address.schema !== null) return { ...address, schema: address.schema };
  const { rows } = await client.query<{ schema: string | null }>('SELECT current_schema() AS schema');
  return { ...address, schema: rows[0]?.schema ?? 'public' };
}
