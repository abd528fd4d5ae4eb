import { escapeIdentifier, DatabaseError as PostgresError, type ClientBase } from 'pg';
import { DatabaseError } from '../errors/database-error.js';
import type { MigrationFile } from '../migrations/migration-files.js';
import type { Target } from '../connection/pool.js';
import { applyAdoption } from './apply-adoption.js';
import { CONVERSION_FUNCTIONS } from './conversion-functions.js';
import { examine } from './examine.js';
import { readShapes, type TableShape } from './table-shape.js';

export interface Adoption {
  /** Names of the tables that were there. */
  readonly tables: readonly string[];
  /** Rows that were the same as another in every column, and are gone. */
  readonly duplicates: number;
}

interface AdoptionOptions {
  /** How long to wait for tables that another session uses. */
  readonly lockTimeoutMs?: number;
}

const LOCK_TIMEOUT_MS = 10_000;

/** SQLSTATEs whose detail names objects and never holds a value. */
const SAFE_DETAILS = ['2BP01', '0A000', '42501'];

/**
 * Makes the tables of an older version, and any that are missing, into what the baseline migration makes of an empty
 * database, in one transaction. Rows, further columns, indexes, views and other tables stay. Doing it again changes
 * nothing.
 * @throws DatabaseError NOT_ADOPTABLE with all that stands in the way; nothing is changed then
 */
export async function adoptTables(
  client: ClientBase,
  where: Target,
  baseline: MigrationFile,
  options: AdoptionOptions = {},
): Promise<Adoption> {
  await client.query('BEGIN');
  try {
    await client.query(
      `SET LOCAL lock_timeout = ${options.lockTimeoutMs ?? LOCK_TIMEOUT_MS}; SET LOCAL statement_timeout = 0;
       SET LOCAL idle_in_transaction_session_timeout = 0; SET LOCAL search_path = ${escapeIdentifier(where.schema)};
       SET CONSTRAINTS ALL IMMEDIATE`,
    );
    const targets = await readTargets(client, baseline);
    await client.query(CONVERSION_FUNCTIONS);
    const examination = await examine(client, where, targets);
    const duplicates = await applyAdoption(client, where, targets, examination);
    await client.query('COMMIT');
    return { tables: [...examination.found.keys()], duplicates };
  } catch (error) {
    await client.query('ROLLBACK');
    throw explain(error, where);
  }
}

/** The baseline's own tables, made as temporary ones and read from the catalogue: no second description to keep. */
async function readTargets(
  client: ClientBase,
  baseline: MigrationFile,
): Promise<ReadonlyMap<string, TableShape>> {
  await client.query('SAVEPOINT target');
  await client.query('SET LOCAL search_path = pg_temp');
  await client.query(baseline.sql);
  const { rows } = await client.query<{ schema: string }>(
    'SELECT pg_my_temp_schema()::regnamespace::text AS schema',
  );
  const targets = await readShapes(client, rows[0]?.schema ?? 'pg_temp');
  await client.query('ROLLBACK TO SAVEPOINT target');
  return new Map([...targets].filter(([, table]) => table.kind === 'r'));
}

function explain(error: unknown, where: Target): unknown {
  if (!(error instanceof PostgresError)) return error;
  const { code = '', message, detail } = error;
  if (code === '55P03' || code === '40P01') {
    return new DatabaseError(
      'BUSY',
      `The tables at ${where.label} are in use by another session, so they can't be upgraded. Nothing was changed. ` +
        'Stop the old service and whatever else reads or writes them, then start again.',
      { cause: error },
    );
  }
  const facts = SAFE_DETAILS.includes(code) && detail !== undefined ? `${message} (${detail})` : message;
  return new DatabaseError(
    code === '42501' ? 'NOT_PERMITTED' : 'NOT_ADOPTABLE',
    `The tables at ${where.label} can't be upgraded: ${facts}. Nothing was changed. ` +
      (code === '42501'
        ? "Connect as the tables' owner, or grant it that."
        : 'Remove what is in the way, then start again.'),
    { cause: error },
  );
}
