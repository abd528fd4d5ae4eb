import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

export const EXPORT_FORMATS = ['ndjson', 'csv', 'parquet'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

export const MANIFEST = 'manifest.json';

export const NOTICE =
  'This product uses TMDB and the TMDB APIs but is not endorsed, certified, or otherwise approved by TMDB. ' +
  "TMDB's terms of use forbid the use of its content for machine learning or artificial intelligence without a licence.";

export interface ExportedFile {
  readonly name: string;
  readonly table: string;
  readonly format: ExportFormat;
  readonly rows: number;
  readonly bytes: number;
  /** Hexadecimal. */
  readonly sha256: string;
}

/** What `manifest.json` says of a snapshot. */
export interface Manifest {
  /** ISO 8601 in UTC. What was committed by then is in the snapshot. */
  readonly snapshot_time: string;
  /** The last migration of the database. */
  readonly schema_version: string;
  readonly notice: string;
  readonly files: readonly ExportedFile[];
}

/** The manifest in a folder; null if there is none that this version can read. */
export async function readManifest(folder: string): Promise<Manifest | null> {
  try {
    const manifest: unknown = JSON.parse(await readFile(join(folder, MANIFEST), 'utf8'));
    return isManifest(manifest) ? manifest : null;
  } catch {
    return null;
  }
}

function isManifest(value: unknown): value is Manifest {
  const manifest = value as Manifest | null;
  return (
    typeof manifest?.snapshot_time === 'string' &&
    typeof manifest.schema_version === 'string' &&
    typeof manifest.notice === 'string' &&
    Array.isArray(manifest.files) &&
    manifest.files.every(isExportedFile)
  );
}

/** A name that leads elsewhere is refused: the files are served, and replaced by a later export. */
function isExportedFile(value: unknown): value is ExportedFile {
  const file = value as ExportedFile | null;
  return (
    typeof file?.name === 'string' &&
    /^\w+(?:\.\w+)+$/.test(file.name) &&
    typeof file.table === 'string' &&
    EXPORT_FORMATS.some((format) => format === file.format) &&
    Number.isSafeInteger(file.rows) &&
    Number.isSafeInteger(file.bytes) &&
    /^[0-9a-f]{64}$/.test(file.sha256)
  );
}
