import { escapeIdentifier, type Client, type ClientBase } from 'pg';
import { DatabaseError } from '../errors/database-error.js';
import type { Target } from '../connection/pool.js';
import { queueSchema } from '../connection/queue-schema.js';

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

/** A schema and what this role may do with it. */
interface SchemaState {
  readonly name: string;
  readonly found: boolean;
  /** Whether the role may create tables in it, or use those of a job queue that is installed. */
  readonly usable: boolean;
}

/**
 * Returns the missing ones of the schemas that this version needs, which this role may create. Changes nothing.
 * @param pending whether tables are to be created in the schema of the tables
 * @throws DatabaseError NOT_PERMITTED with the statements for an administrator
 */
export async function readMissingSchemas(
  client: ClientBase,
  target: Target,
  pending: boolean,
): Promise<readonly string[]> {
  const queue = queueSchema(target.schema);
  const schemas = await readSchemas(client, pending ? [target.schema, queue] : [queue]);
  const { rows } = await client.query<{ role: string; maycreate: boolean }>(
    `SELECT current_user AS role, has_database_privilege(current_database(), 'CREATE') AS maycreate`,
  );
  const role = escapeIdentifier(rows[0]?.role ?? '');
  const missing = schemas.filter(({ found }) => !found);
  const statements = [
    ...schemas.filter(({ found, usable }) => found && !usable).map(({ name }) => grant(name, role)),
    ...(rows[0]?.maycreate === true ? [] : missing.map(({ name }) => create(name, role))),
  ];
  if (statements.length > 0) throw mayNot(target, statements);
  return missing.map(({ name }) => name);
}

function grant(schema: string, role: string): string {
  return `GRANT USAGE, CREATE ON SCHEMA ${escapeIdentifier(schema)} TO ${role};`;
}

function create(schema: string, role: string): string {
  return `CREATE SCHEMA ${escapeIdentifier(schema)} AUTHORIZATION ${role};`;
}

async function readSchemas(client: ClientBase, names: readonly string[]): Promise<readonly SchemaState[]> {
  const { rows } = await client.query<SchemaState>(
    `SELECT wanted.name, n.oid IS NOT NULL AS found,
            COALESCE(has_schema_privilege(n.oid, 'USAGE')
              AND (has_schema_privilege(n.oid, 'CREATE') OR EXISTS (
                SELECT FROM pg_class c WHERE c.relnamespace = n.oid AND c.relname = 'version')), false) AS usable
       FROM unnest($1::text[]) AS wanted(name) LEFT JOIN pg_namespace n ON n.nspname = wanted.name`,
    [names],
  );
  return rows;
}

/**
 * A role to which `migrate --grant-to` granted what the service needs can't migrate.
 * @param pending names of the migrations to apply
 * @throws DatabaseError NOT_PERMITTED
 */
export async function refuseOthersTables(
  client: ClientBase,
  target: Target,
  pending: readonly string[],
): Promise<void> {
  const { rows } = await client.query<{ role: string; owner: string }>(
    `SELECT current_user AS role, c.relowner::regrole::text AS owner FROM pg_class c
      WHERE c.oid = to_regclass($1) AND NOT pg_has_role(c.relowner, 'USAGE')`,
    [`${escapeIdentifier(target.schema)}._prisma_migrations`],
  );
  const [found] = rows;
  if (found === undefined) return;
  throw new DatabaseError(
    'NOT_PERMITTED',
    `The database at ${target.label} lacks ${pending.join(', ')}, and its tables belong to ${found.owner}. ` +
      `Run as that role: npx movie-pipeline migrate --grant-to ${escapeIdentifier(found.role)}`,
  );
}

/** @throws DatabaseError READ_ONLY */
export async function refuseReadOnly(client: Client, target: Target): Promise<void> {
  const { rows } = await client.query<{ readonly: boolean }>(
    `SELECT pg_is_in_recovery() OR current_setting('transaction_read_only') = 'on' AS readonly`,
  );
  if (rows[0]?.readonly !== true) return;
  throw new DatabaseError(
    'READ_ONLY',
    `PostgreSQL at ${target.label} is read-only. Point DATABASE_URL at the primary server.`,
  );
}

function mayNot(target: Target, statements: readonly string[]): DatabaseError {
  return new DatabaseError(
    'NOT_PERMITTED',
    `The database user may not create the tables and the job queue at ${target.label}. Nothing was changed. ` +
      `Ask an administrator to run: ${statements.join(' ')}`,
  );
}
