import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { type Client, escapeIdentifier } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import type { OpenDatabase } from '../database/connection/open-database.js';
import { readMigrationFolder } from '../database/migrations/migration-files.js';
import {
  type BackedUpTable,
  BackupError,
  type BackupHeader,
  type BackupTable,
  parseHeader,
  parseManifest,
} from './backup-format.js';
import { BackupReader } from './backup-reader.js';
import { copyTarget, HISTORY, readTables } from './backup-tables.js';
import type { Backup } from './write-backup.js';

/** As Prisma's engine creates it. */
const CREATE_HISTORY = `CREATE TABLE ${HISTORY} (
  id VARCHAR(36) PRIMARY KEY NOT NULL, checksum VARCHAR(64) NOT NULL, finished_at TIMESTAMPTZ,
  migration_name VARCHAR(255) NOT NULL, logs TEXT, rolled_back_at TIMESTAMPTZ, started_at TIMESTAMPTZ NOT NULL DEFAULT now(),
  applied_steps_count INTEGER NOT NULL DEFAULT 0)`;

/** The jobs of these runs are not in the backup. */
const END_RUNS = `
  UPDATE pipeline_runs SET status = 'FAILED', finished_at = now(), progress = NULL, waiting = NULL,
    error_message = 'Interrupted: the database was restored from a backup. What was stored stays.'
  WHERE status IN ('QUEUED', 'RUNNING')`;

/**
 * Fills an empty database from a backup, in one transaction: it creates the tables as the backup's version had them. The
 * caller applies later migrations afterwards.
 * @throws BackupError when the database is not empty, or the backup is not whole or of a newer version. The database is
 * unchanged then.
 */
export async function restoreBackup(
  database: OpenDatabase,
  file: string,
  signal: AbortSignal,
): Promise<Backup> {
  const client = await database.openSession();
  const source = createReadStream(file);
  try {
    // Ends after the checksum at the end of the file.
    const backup = await pipeline(
      source,
      createGunzip(),
      (chunks: AsyncIterable<Buffer>) => restore(client, database.schema, new BackupReader(chunks)),
      { signal },
    );
    await client.query('COMMIT');
    return backup;
  } catch (error) {
    throw explain(error, file);
  } finally {
    source.destroy();
    await client.end();
  }
}

async function restore(client: Client, schema: string, reader: BackupReader): Promise<Backup> {
  const header = parseHeader(await reader.line());
  await client.query('BEGIN');
  await client.query(`CREATE SCHEMA IF NOT EXISTS ${escapeIdentifier(schema)}`);
  await requireEmpty(client);
  await createTables(client, header);
  const restored: BackedUpTable[] = [];
  for (const table of header.tables) restored.push(await load(client, table, reader));
  const manifest = parseManifest(await reader.line());
  await reader.end();
  requireSame(restored, manifest);
  for (const table of header.tables) await settle(client, table);
  await client.query(END_RUNS);
  await client.query('DELETE FROM pipeline_run_pages; DELETE FROM pipeline_run_movies');
  return { header, tables: manifest };
}

async function requireEmpty(client: Client): Promise<void> {
  const tables = await readTables(client);
  if (tables.length === 0) return;
  throw new BackupError(
    `The database is not empty: it has the table ${tables[0]?.name ?? ''}. Set DATABASE_URL to an empty database, or ` +
      'DATA_DIR to a new folder, and restore again.',
  );
}

/** Applies the migrations of the backup's version, and adds the columns that its owner had added. */
async function createTables(
  client: Client,
  { schema_version: version, tables }: BackupHeader,
): Promise<void> {
  const { migrations } = await readMigrationFolder();
  if (!migrations.some(({ name }) => name === version))
    throw new BackupError(
      `A newer version of movie-pipeline wrote this backup (${version}). Restore it with that version.`,
    );
  for (const { name, sql } of migrations) if (name <= version) await client.query(sql);
  await client.query(CREATE_HISTORY);
  const created = new Map((await readTables(client)).map((table) => [table.name, table.columns]));
  for (const { name, columns } of tables) {
    const known = new Set(created.get(name)?.map((column) => column.name));
    for (const column of columns) {
      if (known.has(column.name)) continue;
      await requireType(client, column.type);
      await client.query(
        `ALTER TABLE ${escapeIdentifier(name)} ADD COLUMN ${escapeIdentifier(column.name)} ${column.type}`,
      );
    }
  }
}

/** A type is no value that a statement can take: what is not one must not become a part of it. */
async function requireType(client: Client, type: string): Promise<void> {
  const { rows } = await client
    .query<{ known: boolean }>('SELECT to_regtype($1) IS NOT NULL AS known', [type])
    .catch(() => ({ rows: [] }));
  if (rows[0]?.known === true) return;
  throw new BackupError(
    `The backup has a column of the type ${type}, which this database lacks. Create the type, and restore again.`,
  );
}

/** Triggers would count rows that the backup has counted. */
async function load(client: Client, table: BackupTable, reader: BackupReader): Promise<BackedUpTable> {
  const name = escapeIdentifier(table.name);
  await client.query(`ALTER TABLE ${name} DISABLE TRIGGER USER; DELETE FROM ${name}`);
  const hash = createHash('sha256');
  const measure = new Transform({
    transform(chunk: Buffer, _, done) {
      hash.update(chunk);
      done(null, chunk);
    },
  });
  const copy = client.query(copyFrom(`COPY ${copyTarget(table)} FROM STDIN`));
  await pipeline(reader.rows(), measure, copy);
  return { name: table.name, rows: copy.rowCount, sha256: hash.digest('hex') };
}

/** @throws BackupError */
function requireSame(restored: readonly BackedUpTable[], manifest: readonly BackedUpTable[]): void {
  if (JSON.stringify(restored) === JSON.stringify(manifest)) return;
  const wrong = restored.find(({ name, rows, sha256 }) => {
    const expected = manifest.find((other) => other.name === name);
    return expected?.rows !== rows || expected.sha256 !== sha256;
  });
  throw new BackupError(
    `The backup is damaged: ${wrong?.name ?? 'its list of tables'} differs from the manifest. Use another backup.`,
  );
}

/** Sequences continue after the highest value. */
async function settle(client: Client, table: BackupTable): Promise<void> {
  const name = escapeIdentifier(table.name);
  await client.query(`ALTER TABLE ${name} ENABLE TRIGGER USER`);
  const { rows } = await client.query<{ column: string; sequence: string }>(
    `SELECT name AS column, pg_get_serial_sequence($1, name) AS sequence FROM unnest($2::text[]) AS name
      WHERE pg_get_serial_sequence($1, name) IS NOT NULL`,
    [name, table.columns.map((column) => column.name)],
  );
  for (const { column, sequence } of rows) {
    const highest = `(SELECT max(${escapeIdentifier(column)}) FROM ${name})`;
    await client.query(`SELECT setval($1, coalesce(${highest}, 1), ${highest} IS NOT NULL)`, [sequence]);
  }
}

function explain(error: unknown, file: string): unknown {
  const { code = '' } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return new BackupError(`There is no file ${file}.`, { cause: error });
  if (code.startsWith('Z_'))
    return new BackupError(
      'The file is not a whole backup: it is cut off, damaged or not compressed by gzip.',
      {
        cause: error,
      },
    );
  return error;
}
