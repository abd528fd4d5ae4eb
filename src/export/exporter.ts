import { mkdir, open, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { Injectable } from '@nestjs/common';
import type { PoolClient } from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { makeFolder } from '../common/make-folder.js';
import { OpenDatabase } from '../database/connection/open-database.js';
import { EXPORTED_TABLES, type ExportedTable } from '../movies/exported-tables.js';
import { copyStatement } from './copy-statements.js';
import { explainDiskError, ExportBusyError } from './export-errors.js';
import { type ExportedFile, type ExportFormat, type Manifest, MANIFEST, NOTICE } from './manifest.js';
import { ParquetFile } from './parquet/parquet-file.js';
import { type WrittenFile, writeTextFile } from './text-file.js';

/** The file that is being written. */
export interface ExportProgress {
  readonly name: string;
  /** From 1. */
  readonly number: number;
  /** How many files there will be. */
  readonly files: number;
  /** Written so far. */
  readonly bytes: number;
}

export interface ExportOptions {
  readonly formats: readonly ExportFormat[];
  /** Compresses NDJSON and CSV. Parquet is always compressed. */
  readonly gzip: boolean;
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: ExportProgress) => void;
}

/** Moves a finished snapshot from the folder where it was written to where it is found. */
export type Publish = (written: string, manifest: Manifest) => Promise<void>;

/** Where a snapshot is written. A killed process leaves it behind; the next export deletes it. */
const WORK_FOLDER = '.partial';

/** Writes what is stored to files. */
@Injectable()
export class Exporter {
  constructor(private readonly database: OpenDatabase) {}

  /**
   * Writes a snapshot into a folder below `folder` and publishes it once it is whole. All files show the database at one
   * time. Only one export per schema runs at a time.
   * @throws ExportBusyError, or an error that names the fault of the disk. What was published before is unchanged then.
   */
  async export(folder: string, options: ExportOptions, publish: Publish): Promise<Manifest> {
    const client = await this.database.pool.connect();
    try {
      const manifest = await this.within(client, folder, options, publish);
      // The snapshot is published: a transaction that only reads and can't be ended is no failure of it.
      client.release(
        await client.query('COMMIT').then(
          () => false,
          () => true,
        ),
      );
      return manifest;
    } catch (error) {
      // Ends a COPY in progress too.
      client.release(true);
      options.signal.throwIfAborted();
      throw explainDiskError(error, folder);
    }
  }

  private async within(
    client: PoolClient,
    folder: string,
    options: ExportOptions,
    publish: Publish,
  ): Promise<Manifest> {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const snapshot = await readSnapshot(client);
    const workFolder = join(folder, WORK_FOLDER);
    await makeFolder(folder);
    await rm(workFolder, { recursive: true, force: true });
    await mkdir(workFolder);
    try {
      const files = await writeFiles(client, workFolder, options);
      const manifest: Manifest = { ...snapshot, notice: NOTICE, files };
      await writeManifest(workFolder, manifest);
      options.signal.throwIfAborted();
      await publish(workFolder, manifest);
      return manifest;
    } finally {
      await rm(workFolder, { recursive: true, force: true });
    }
  }
}

function ignore(): void {
  // The query in progress rejects.
}

/** Until the transaction ends, no other export begins. */
async function readSnapshot(client: PoolClient): Promise<Pick<Manifest, 'snapshot_time' | 'schema_version'>> {
  const { rows } = await client.query<{ acquired: boolean; time: Date; migration: string }>(
    `SELECT pg_try_advisory_xact_lock(hashtextextended('movie-pipeline export ' || current_schema(), 0)) AS acquired,
       now() AS time,
       (SELECT max(migration_name) FROM _prisma_migrations WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL) AS migration`,
  );
  const [row] = rows;
  if (row?.acquired !== true) throw new ExportBusyError();
  return { snapshot_time: row.time.toISOString(), schema_version: row.migration };
}

async function writeFiles(
  client: PoolClient,
  folder: string,
  options: ExportOptions,
): Promise<ExportedFile[]> {
  const { formats, onProgress } = options;
  const total = formats.length * EXPORTED_TABLES.length;
  const files: ExportedFile[] = [];
  for (const format of formats) {
    for (const table of EXPORTED_TABLES) {
      const compressed = options.gzip && format !== 'parquet';
      const name = `${table.name}.${format}${compressed ? '.gz' : ''}`;
      const onBytes = (bytes: number): void =>
        onProgress?.({ name, number: files.length + 1, files: total, bytes });
      onBytes(0);
      const target = { path: join(folder, name), gzip: compressed, onBytes, signal: options.signal };
      files.push({ name, table: table.name, format, ...(await copyTable(client, table, format, target)) });
    }
  }
  return files;
}

async function copyTable(
  client: PoolClient,
  table: ExportedTable,
  format: ExportFormat,
  target: { path: string; gzip: boolean; onBytes: (bytes: number) => void; signal: AbortSignal },
): Promise<WrittenFile & { rows: number }> {
  const copy = client.query(copyTo(copyStatement(table, format)));
  // A lost connection emits a second error, after the pipeline has rejected with the first.
  copy.on('error', ignore);
  const written =
    format === 'parquet'
      ? await writeParquet(copy, table, target)
      : await writeTextFile(copy, { ...target, byteOrderMark: format === 'csv' });
  return { rows: copy.rowCount, ...written };
}

async function writeParquet(
  copy: NodeJS.ReadableStream,
  { columns }: ExportedTable,
  { path, onBytes, signal }: { path: string; onBytes: (bytes: number) => void; signal: AbortSignal },
): Promise<WrittenFile> {
  const file = new ParquetFile({ path, columns, notice: NOTICE }, onBytes);
  await pipeline(copy, file, { signal });
  return file.written();
}

async function writeManifest(folder: string, manifest: Manifest): Promise<void> {
  const path = join(folder, MANIFEST);
  await writeFile(path, `${JSON.stringify(manifest, null, 2)}\n`, { flag: 'wx', flush: true });
  await syncFolder(folder);
}

/** The names of new files are on the disk only then. Windows has no such call. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder);
  await handle.sync();
  await handle.close();
}
