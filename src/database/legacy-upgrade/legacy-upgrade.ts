import { DatabaseError as PostgresError, escapeIdentifier, type ClientBase } from 'pg';
import { DatabaseError } from '../errors/database-error.js';
import { readLegacyUpgrade, type MigrationFile } from '../migrations/migration-files.js';
import type { Target } from '../connection/pool.js';

const LOCK_TIMEOUT_MS = 10_000;

/**
 * Upgrades the tables of v2 and v3 in place and creates the baseline's other tables, in one transaction. Repeating it
 * changes nothing.
 * @returns the names of the old tables
 * @throws DatabaseError NOT_UPGRADABLE, NOT_PERMITTED or BUSY with what is in the way; nothing is changed then
 */
export async function upgradeLegacyTables(
  client: ClientBase,
  target: Target,
  baseline: MigrationFile,
  lockTimeoutMs = LOCK_TIMEOUT_MS,
): Promise<readonly string[]> {
  const script = await readLegacyUpgrade();
  const schema = escapeIdentifier(target.schema);
  await client.query('BEGIN');
  try {
    const { rows } = await client.query<{ name: string }>(
      `SELECT relname AS name FROM pg_class
        WHERE relnamespace = $1::regnamespace AND relname IN ('movies', 'genres', 'pipeline_runs') ORDER BY relname`,
      [schema],
    );
    // ALTER TABLE waits for other sessions, and may take minutes on a large table.
    await client.query(`SET LOCAL lock_timeout = ${lockTimeoutMs}; SET LOCAL statement_timeout = 0`);
    await client.query('SET LOCAL search_path = pg_temp');
    await client.query(baseline.sql);
    await client.query(`SET LOCAL search_path = ${schema}`);
    await client.query(script);
    await client.query(repeatable(baseline.sql));
    await client.query('COMMIT');
    return rows.map(({ name }) => name);
  } catch (error) {
    await client.query('ROLLBACK');
    throw explain(error, target);
  }
}

/** The baseline as a script that creates what is missing and leaves the rest. */
function repeatable(sql: string): string {
  return sql
    .replace(/^CREATE (TABLE|(?:UNIQUE )?INDEX) /gm, 'CREATE $1 IF NOT EXISTS ')
    .replace(/ADD CONSTRAINT ("\w+")/g, 'DROP CONSTRAINT IF EXISTS $1, ADD CONSTRAINT $1');
}

/** Syntax and access, values, keys, dependent objects, unsupported changes, and what the script raises. */
const REFUSALS = /^(?:0A|22|23|2B|42|P0)/;

function explain(error: unknown, { label }: Target): unknown {
  if (!(error instanceof PostgresError)) return error;
  const { code = '', message, detail, hint } = error;
  if (code === '55P03' || code === '40P01') {
    return new DatabaseError(
      'BUSY',
      `The tables at ${label} can't be upgraded: another session uses them. Nothing was changed. ` +
        'Stop the old service and whatever else reads or writes them, then start again.',
      { cause: error },
    );
  }
  if (!REFUSALS.test(code)) return error;
  const facts =
    code === 'P0001'
      ? message
      : `  - ${[message, detail, hint].filter((part) => part !== undefined).join('. ')}`;
  return new DatabaseError(
    code === '42501' ? 'NOT_PERMITTED' : 'NOT_UPGRADABLE',
    `The tables at ${label} can't be upgraded. Nothing was changed. Resolve this, then start again:\n${facts}`,
    { cause: error },
  );
}
