import type { Client } from 'pg';
import { adoptTables } from '../adoption/adopt.js';
import { DatabaseError } from '../errors/database-error.js';
import { parseDatabaseUrl } from '../connection/database-url.js';
import { explainError } from '../errors/explain-error.js';
import { readMigrationFolder, type MigrationFile } from './migration-files.js';
import { readHistory } from './migration-history.js';
import { connectClient, settleSchema, type Target } from '../connection/pool.js';
import { prepareSchema, refuseOldServer } from './preconditions.js';
import { withSchemaEngine, type SchemaEngine } from './schema-engine.js';

export interface MigrationReport {
  /** Names of the migrations that this call applied. */
  readonly applied: readonly string[];
  /** Whether tables of an older version were upgraded in place. */
  readonly adopted: boolean;
}

/** Receives events for the log. */
export type MigrationLog = (event: { readonly event: string } & Record<string, unknown>) => void;

/**
 * Applies the pending migrations. Several processes may call this at once; it is cheap when nothing is pending.
 * @throws DatabaseError with a next step; the failed migration is rolled back
 */
export async function migrateDatabase(
  url: string,
  log: MigrationLog = () => undefined,
): Promise<MigrationReport> {
  const address = parseDatabaseUrl(url);
  const client = await connectClient(address);
  try {
    const target = await settleSchema(client, address);
    return await migrate(client, target, log);
  } catch (error) {
    throw explainError(error, address.label);
  } finally {
    // Ending the session releases the lock.
    await client.end();
  }
}

async function migrate(client: Client, target: Target, log: MigrationLog): Promise<MigrationReport> {
  await refuseOldServer(client, target);
  const folder = await readMigrationFolder();
  if ((await readHistory(client, target, folder)).pending.length === 0)
    return { applied: [], adopted: false };
  await client.query(`SELECT pg_advisory_lock(hashtextextended('movie-pipeline migrations in ' || $1, 0))`, [
    target.schema,
  ]);
  const history = await readHistory(client, target, folder);
  if (history.pending.length === 0) return { applied: [], adopted: false };
  await prepareSchema(client, target);
  const started = performance.now();
  const [baseline] = folder.migrations;
  const fresh = await isEmpty(client, target);
  const adopting = history.pending.includes(baseline) && !fresh;
  const adopted = adopting && (await adopt(client, target, baseline, log));
  const report = await withSchemaEngine(target, folder, async (engine) => {
    for (const name of history.retriable) await engine.markRolledBack(name);
    if (adopting) await engine.markApplied(baseline.name);
    const applied = await applyPending(engine);
    return { applied: adopting ? [baseline.name, ...applied] : applied, adopted };
  });
  log({ event: 'database.migrated', ...report, ms: Math.round(performance.now() - started) });
  return report;
}

/** Returns whether there were tables of an older version. */
async function adopt(
  client: Client,
  target: Target,
  baseline: MigrationFile,
  log: MigrationLog,
): Promise<boolean> {
  const { tables, duplicates } = await adoptTables(client, target, baseline);
  if (tables.length === 0) return false;
  log({ event: 'database.adopted', tables, duplicates });
  return true;
}

/** Whether the schema is empty: the engine refuses to create tables in any other. */
async function isEmpty(client: Client, target: Target): Promise<boolean> {
  const { rows } = await client.query<{ empty: boolean }>(
    `SELECT NOT EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                         WHERE n.nspname = $1 AND c.relname NOT IN ('_prisma_migrations', '_prisma_migrations_pkey'))
       AND NOT EXISTS (SELECT FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
                        WHERE n.nspname = $1 AND t.typtype = 'e') AS empty`,
    [target.schema],
  );
  return rows[0]?.empty === true;
}

async function applyPending(engine: SchemaEngine): Promise<readonly string[]> {
  try {
    return await engine.apply();
  } catch (error) {
    throw new DatabaseError(
      'MIGRATION_FAILED',
      `A migration failed and was rolled back: ${error instanceof Error ? error.message : String(error)}`,
      { cause: error },
    );
  }
}
