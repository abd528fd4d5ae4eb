/**
 * A backup is one gzip file of lines:
 *
 *   {"format": "movie-pipeline backup", …}      the header
 *   rows of the first table                      PostgreSQL's text format of COPY
 *   \.                                           no row is written like this
 *   …                                            the other tables, in the order of the header
 *   {"tables": [{"name", "rows", "sha256"}, …]}  the manifest, without which a backup is not whole
 */
export const FORMAT = 'movie-pipeline backup';
export const FORMAT_VERSION = 1;
export const END_OF_ROWS = '\\.\n';

export interface BackupColumn {
  readonly name: string;
  /** As SQL, such as `timestamp(6) without time zone`. */
  readonly type: string;
}

export interface BackupTable {
  readonly name: string;
  readonly columns: readonly BackupColumn[];
}

export interface BackupHeader {
  readonly format: typeof FORMAT;
  readonly version: typeof FORMAT_VERSION;
  /** ISO 8601 in UTC. What was committed by then is in the backup. */
  readonly snapshot_time: string;
  /** The last migration of the database. */
  readonly schema_version: string;
  /** In an order in which foreign keys refer to earlier tables only. */
  readonly tables: readonly BackupTable[];
}

export interface BackedUpTable {
  readonly name: string;
  readonly rows: number;
  /** Of its rows as they are in the file, hexadecimal. */
  readonly sha256: string;
}

/** A backup can't be written or read. The message says what to do. */
export class BackupError extends Error {
  override readonly name = 'BackupError';
}

/** @throws BackupError */
export function parseHeader(line: string): BackupHeader {
  const header = parsed(line) as Partial<BackupHeader> | null;
  if (header?.format !== FORMAT) throw new BackupError('The file is not a backup of movie-pipeline.');
  if (header.version !== FORMAT_VERSION)
    throw new BackupError(
      'A newer version of movie-pipeline wrote this backup. Restore it with that version.',
    );
  return header as BackupHeader;
}

/** @throws BackupError */
export function parseManifest(line: string): readonly BackedUpTable[] {
  const manifest = parsed(line) as { readonly tables?: readonly BackedUpTable[] } | null;
  if (!Array.isArray(manifest?.tables))
    throw new BackupError('The backup has no manifest at its end: it is not whole.');
  return manifest.tables as readonly BackedUpTable[];
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
