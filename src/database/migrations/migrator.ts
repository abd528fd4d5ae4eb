import { type Client, escapeIdentifier } from 'pg';
import { DatabaseError } from '../errors/database-error.js';
import { parseDatabaseUrl } from '../connection/database-url.js';
import { explainError } from '../errors/explain-error.js';
import { upgradeLegacyTables } from '../legacy-upgrade/legacy-upgrade.js';
import { readMigrationFolder, type MigrationFile, type MigrationFolder } from './migration-files.js';
import { readHistory } from './migration-history.js';
import { acquireMigrationLock } from './migration-lock.js';
import { connectClient, settleSchema, type Target } from '../connection/pool.js';
import { readMissingSchemas, refuseOldServer, refuseOthersTables, refuseReadOnly } from './preconditions.js';
import { withSchemaEngine, type SchemaEngine } from './schema-engine.js';

export interface MigrationReport {
  /** Names of the migrations that this call applied. */
  readonly applied: readonly string[];
  /** Whether tables of v2 or v3 were upgraded in place. */
  readonly upgradedLegacy: boolean;
}

/** Receives events for the log. */
export type MigrationLog = (event: { readonly event: string } & Record<string, unknown>) => void;

/**
 * Applies the pending migrations. Several processes may call this at once; it is cheap when nothing is pending.
 * @param signal aborted to stop waiting for another process that migrates
 * @throws DatabaseError with a next step; the failed migration is rolled back
 */
export async function migrateDatabase(
  url: string,
  log: MigrationLog = () => undefined,
  signal?: AbortSignal,
): Promise<MigrationReport> {
  const address = parseDatabaseUrl(url);
  const { client, address: reached } = await connectClient(address);
  try {
    const target = await settleSchema(client, reached);
    return await migrate(client, target, log, signal);
  } catch (error) {
    throw explainError(error, address.label);
  } finally {
    // Ending the session releases the lock.
    await client.end();
  }
}

async function migrate(
  client: Client,
  target: Target,
  log: MigrationLog,
  signal: AbortSignal | undefined,
): Promise<MigrationReport> {
  await refuseOldServer(client, target);
  const folder = await readMigrationFolder();
  if (await isComplete(client, target, folder)) return NOTHING;
  await refuseReadOnly(client, target);
  await acquireMigrationLock(client, target, log, signal);
  const history = await readHistory(client, target, folder);
  if (history.pending.length === 0) {
    await createSchemas(client, target, false);
    return NOTHING;
  }
  const started = performance.now();
  const [baseline] = folder.migrations;
  const inPlace = history.pending.includes(baseline) && !(await isEmpty(client, target));
  const upgradedLegacy = inPlace && (await upgradeLegacy(client, target, baseline, log));
  // An upgrade that is refused leaves no schema behind.
  await createSchemas(client, target, true);
  const report = await withSchemaEngine(target, folder, async (engine) => {
    for (const name of history.retriable) await engine.markRolledBack(name);
    if (inPlace) await engine.markApplied(baseline.name);
    const applied = await applyPending(engine);
    return { applied: inPlace ? [baseline.name, ...applied] : applied, upgradedLegacy };
  });
  log({ event: 'database.migrated', ...report, ms: Math.round(performance.now() - started) });
  return report;
}

const NOTHING: MigrationReport = { applied: [], upgradedLegacy: false };

async function isComplete(client: Client, target: Target, folder: MigrationFolder): Promise<boolean> {
  const { pending } = await readHistory(client, target, folder);
  if (pending.length > 0) {
    await refuseOthersTables(
      client,
      target,
      pending.map(({ name }) => name),
    );
  }
  const missing = await readMissingSchemas(client, target, pending.length > 0);
  return pending.length === 0 && missing.length === 0;
}

async function createSchemas(client: Client, target: Target, pending: boolean): Promise<void> {
  for (const name of await readMissingSchemas(client, target, pending)) {
    await client.query(`CREATE SCHEMA IF NOT EXISTS ${escapeIdentifier(name)}`);
  }
}

/** Returns whether there were tables of an older version. Missing tables are created in any case. */
async function upgradeLegacy(
  client: Client,
  target: Target,
  baseline: MigrationFile,
  log: MigrationLog,
): Promise<boolean> {
  const tables = await upgradeLegacyTables(client, target, baseline);
  if (tables.length === 0) return false;
  log({ event: 'database.upgraded', tables });
  return true;
}

/** Prisma's engine applies the baseline to an empty schema only. */
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
