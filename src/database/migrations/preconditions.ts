import { escapeIdentifier, type Client } from 'pg';
import { DatabaseError } from '../errors/database-error.js';
import type { Target } from '../connection/pool.js';

const OLDEST_SERVER = 140_000;

/** @throws DatabaseError TOO_OLD below PostgreSQL 14 */
export async function refuseOldServer(client: Client, target: Target): Promise<void> {
  const { rows } = await client.query<{ number: number; name: string }>(
    `SELECT current_setting('server_version_num')::int AS number, current_setting('server_version') AS name`,
  );
  const [version] = rows;
  if (version === undefined || version.number >= OLDEST_SERVER) return;
  throw new DatabaseError(
    'TOO_OLD',
    `PostgreSQL at ${target.label} is ${version.name}; PostgreSQL 14 or newer is required. Upgrade the server.`,
  );
}

/**
 * Creates the schema if it does not exist, and checks that tables can be created in it.
 * @throws DatabaseError READ_ONLY or NOT_PERMITTED
 */
export async function prepareSchema(client: Client, target: Target): Promise<void> {
  const schema = escapeIdentifier(target.schema);
  const { rows } = await client.query<{
    readonly: boolean;
    found: boolean;
    maycreate: boolean | null;
    maycreateschema: boolean;
    role: string;
  }>(
    `SELECT pg_is_in_recovery() OR current_setting('transaction_read_only') = 'on' AS readonly,
            n.oid IS NOT NULL AS found,
            has_schema_privilege(n.oid, 'CREATE') AND has_schema_privilege(n.oid, 'USAGE') AS maycreate,
            has_database_privilege(current_database(), 'CREATE') AS maycreateschema,
            current_user AS role
       FROM (SELECT 1) AS one LEFT JOIN pg_namespace n ON n.nspname = $1`,
    [target.schema],
  );
  const [state] = rows;
  if (state === undefined) return;
  if (state.readonly) {
    throw new DatabaseError(
      'READ_ONLY',
      `PostgreSQL at ${target.label} is read-only. Point DATABASE_URL at the primary server.`,
    );
  }
  const role = escapeIdentifier(state.role);
  if (state.found && state.maycreate !== true)
    throw mayNot(target, `GRANT USAGE, CREATE ON SCHEMA ${schema} TO ${role}`);
  if (!state.found && !state.maycreateschema)
    throw mayNot(target, `CREATE SCHEMA ${schema} AUTHORIZATION ${role}`);
  if (!state.found) await client.query(`CREATE SCHEMA IF NOT EXISTS ${schema}`);
}

function mayNot(target: Target, statement: string): DatabaseError {
  return new DatabaseError(
    'NOT_PERMITTED',
    `The database user may not create tables in schema "${target.schema}" at ${target.label}. ` +
      `Nothing was changed. Ask an administrator to run: ${statement};`,
  );
}
