import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { Client } from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import type { OpenDatabase } from '../database/connection/open-database.js';
import {
  type BackedUpTable,
  type BackupHeader,
  type BackupTable,
  END_OF_ROWS,
  FORMAT,
  FORMAT_VERSION,
} from './backup-format.js';
import { copyTarget, HISTORY, readTables } from './backup-tables.js';

export interface Backup {
  readonly header: BackupHeader;
  readonly tables: readonly BackedUpTable[];
}

/** Level 6, the default, takes three times as long for a tenth less. */
const GZIP_LEVEL = 1;

/**
 * Writes our tables, as of one time, to a file that only this user may read. The file has its name once it is whole; a
 * file of that name is replaced then.
 */
export async function writeBackup(
  database: OpenDatabase,
  file: string,
  signal: AbortSignal,
): Promise<Backup> {
  const partial = `${file}.partial`;
  const client = await database.openSession();
  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const header = await readHeader(client);
    const tables: BackedUpTable[] = [];
    const target = createWriteStream(partial, { mode: 0o600, flush: true });
    await pipeline(contents(client, header, tables), createGzip({ level: GZIP_LEVEL }), target, { signal });
    await rename(partial, file);
    await syncFolder(dirname(file));
    return { header, tables };
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  } finally {
    // Ends a COPY in progress too.
    await client.end();
  }
}

async function readHeader(client: Client): Promise<BackupHeader> {
  const { rows } = await client.query<{ time: Date; migration: string }>(
    `SELECT now() AS time, (SELECT max(migration_name) FROM ${HISTORY}
       WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL) AS migration`,
  );
  const [row] = rows;
  if (row === undefined) throw new Error('A SELECT without FROM returned no row.');
  return {
    format: FORMAT,
    version: FORMAT_VERSION,
    snapshot_time: row.time.toISOString(),
    schema_version: row.migration,
    tables: await readTables(client),
  };
}

/** @param written receives each table once its rows have been read */
async function* contents(
  client: Client,
  header: BackupHeader,
  written: BackedUpTable[],
): AsyncGenerator<Buffer | string> {
  yield `${JSON.stringify(header)}\n`;
  for (const table of header.tables) {
    yield* rowsOf(client, table, written);
    yield END_OF_ROWS;
  }
  yield `${JSON.stringify({ tables: written })}\n`;
}

async function* rowsOf(client: Client, table: BackupTable, written: BackedUpTable[]): AsyncGenerator<Buffer> {
  const hash = createHash('sha256');
  const copy = client.query(copyTo(`COPY ${copyTarget(table)} TO STDOUT`));
  for await (const chunk of copy as AsyncIterable<Buffer>) {
    hash.update(chunk);
    yield chunk;
  }
  written.push({ name: table.name, rows: copy.rowCount, sha256: hash.digest('hex') });
}

/** The name of a new file is on the disk only then. Windows has no such call. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder);
  await handle.sync();
  await handle.close();
}
