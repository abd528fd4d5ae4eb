import type { ClientBase } from 'pg';
import { escapeIdentifier } from 'pg';
import { DatabaseError } from '../errors/database-error.js';
import type { MigrationFile, MigrationFolder } from './migration-files.js';
import type { Target } from '../connection/pool.js';

/** The state of this version's migrations in `_prisma_migrations`. */
export interface MigrationHistory {
  /** Not yet applied, oldest first. */
  readonly pending: readonly MigrationFile[];
  /** Started and not finished. Each can be applied again: it was rolled back, or is idempotent. */
  readonly retriable: readonly string[];
}

interface Entry {
  readonly name: string;
  readonly checksum: string;
  readonly finished: boolean;
}

/**
 * Reads the history without changing it.
 * @throws DatabaseError FOREIGN_MIGRATIONS, AHEAD or MIGRATION_EDITED when this version can't use the database
 */
export async function readHistory(
  client: ClientBase,
  target: Target,
  folder: MigrationFolder,
): Promise<MigrationHistory> {
  const entries = await readEntries(client, target);
  const known = new Map(folder.migrations.map((migration) => [migration.name, migration]));
  rejectUnknown(entries, known, target);
  rejectEdited(entries, known);
  const finished = new Set(entries.filter((entry) => entry.finished).map((entry) => entry.name));
  const begun = entries.filter((entry) => !entry.finished && !finished.has(entry.name));
  return {
    pending: folder.migrations.filter((migration) => !finished.has(migration.name)),
    retriable: [...new Set(begun.map((entry) => entry.name))],
  };
}

async function readEntries(client: ClientBase, target: Target): Promise<readonly Entry[]> {
  const table = `${escapeIdentifier(target.schema)}._prisma_migrations`;
  const { rows: found } = await client.query<{ found: boolean }>(
    'SELECT to_regclass($1) IS NOT NULL AS found',
    [table],
  );
  if (found[0]?.found !== true) return [];
  const { rows } = await client.query<Entry>(
    `SELECT migration_name AS name, checksum, finished_at IS NOT NULL AS finished FROM ${table} WHERE rolled_back_at IS NULL ORDER BY started_at, migration_name`,
  );
  return rows;
}

function rejectUnknown(
  entries: readonly Entry[],
  known: ReadonlyMap<string, MigrationFile>,
  target: Target,
): void {
  const unknown = entries.filter((entry) => !known.has(entry.name)).map((entry) => entry.name);
  if (unknown.length === 0) return;
  if (unknown.length < entries.length) {
    throw new DatabaseError(
      'AHEAD',
      `The database at ${target.label} was migrated by a newer version (${unknown.join(', ')}). ` +
        'Run that version, or restore a backup made before it.',
    );
  }
  throw new DatabaseError(
    'FOREIGN_MIGRATIONS',
    `Schema "${target.schema}" at ${target.label} contains another application's migrations ` +
      `(${unknown.slice(0, 3).join(', ')}). Use a separate database, or add ?schema=movie_pipeline to DATABASE_URL.`,
  );
}

/** Checksums of former texts whose result is that of the present ones: of 0006_plain_names, which failed where a run was interrupted. */
const FORMER_CHECKSUMS: ReadonlySet<string> = new Set([
  '7ebc1f441a78139b0345ac427f23800fe1373a5c85628b47a2f0b76cda6d4a7b',
]);

function rejectEdited(entries: readonly Entry[], known: ReadonlyMap<string, MigrationFile>): void {
  const edited = entries.filter(
    ({ name, checksum, finished }) =>
      finished && known.get(name)?.checksum !== checksum && !FORMER_CHECKSUMS.has(checksum),
  );
  if (edited.length === 0) return;
  throw new DatabaseError(
    'MIGRATION_EDITED',
    `Applied migrations differ from this version's files: ${edited.map((entry) => entry.name).join(', ')}. ` +
      'Install the package again, unedited, or restore the files under prisma/migrations.',
  );
}
