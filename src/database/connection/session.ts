import { type Client, type ClientBase, escapeIdentifier } from 'pg';
import type { DatabaseAddress } from './database-url.js';
import { DatabaseError } from '../errors/database-error.js';

/**
 * What statements and their results rely on, whatever the server, the database or the role is set to. Set by SQL, since
 * poolers refuse `options` at the start of a connection.
 */
const SETTINGS: Readonly<Record<string, string>> = {
  array_nulls: 'on',
  bytea_output: 'hex',
  client_encoding: 'UTF8',
  DateStyle: 'ISO, MDY',
  default_transaction_deferrable: 'off',
  default_transaction_isolation: 'read committed',
  extra_float_digits: '1',
  idle_in_transaction_session_timeout: '0',
  idle_session_timeout: '0',
  IntervalStyle: 'postgres',
  // Whoever locks our tables for longer delays each request of the API by this at most; runs try again.
  lock_timeout: '5s',
  quote_all_identifiers: 'off',
  standard_conforming_strings: 'on',
  statement_timeout: '0',
  TimeZone: 'UTC',
  transaction_timeout: '0',
  transform_null_equals: 'off',
};

/** @param schema becomes the only one of the search path; null: the search path stays */
export async function prepareSession(client: ClientBase, schema: string | null): Promise<void> {
  const path = schema === null ? {} : { search_path: escapeIdentifier(schema) };
  // The names are those of pg_settings; older servers lack some.
  await client.query(
    `SELECT set_config(name, value, false) FROM json_each_text($1) AS wanted(name, value)
      WHERE name IN (SELECT name FROM pg_settings)`,
    [JSON.stringify({ ...SETTINGS, ...path })],
  );
}

/**
 * Requires a new session, whose settings nothing has changed.
 * @param another opens a second connection
 * @throws DatabaseError POOLER or ENCODING
 */
export async function checkSession(
  client: Client,
  address: DatabaseAddress,
  another: () => Promise<Client>,
): Promise<void> {
  const { rows } = await client.query<{ pid: number; encoding: string; database: string }>(
    `SELECT pg_backend_pid() AS pid, current_setting('server_encoding') AS encoding, current_database() AS database`,
  );
  const [session] = rows;
  if (session === undefined) return;
  if (session.encoding !== 'UTF8') {
    throw new DatabaseError(
      'ENCODING',
      `The database at ${address.label} has the encoding ${session.encoding}, which can't store every title; UTF8 is ` +
        'required. Create another (createdb --encoding=UTF8 --template=template0 NAME), and set DATABASE_URL to it.',
    );
  }
  // A pooler makes up the process id that a new connection is told.
  if ((client as unknown as { readonly processID: number }).processID === session.pid) return;
  if (await sharesSessions(client, session.pid, another)) {
    throw new DatabaseError(
      'POOLER',
      `The pooler at ${address.label} gives each transaction another session; whole sessions are required. ` +
        'Use its session mode (PgBouncer: pool_mode = session; Supabase: port 5432), or the direct URL of the ' +
        'database (Neon: the host without -pooler).',
    );
  }
}

/** Two connections that are open at once have two sessions, unless a pooler shares them out by transaction. */
async function sharesSessions(client: Client, pid: number, another: () => Promise<Client>): Promise<boolean> {
  const other = await another();
  try {
    const begun = await other.query('BEGIN').then(
      () => true,
      () => false,
    );
    // Pooling by statement allows no transactions.
    return !begun || (await pidOf(other)) === pid || (await pidOf(client)) !== pid;
  } finally {
    await other.end();
  }
}

async function pidOf(client: Client): Promise<number | undefined> {
  const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  return rows[0]?.pid;
}
