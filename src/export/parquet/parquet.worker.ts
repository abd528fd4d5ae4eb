import { createHash } from 'node:crypto';
import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import * as zlib from 'node:zlib';
import { ByteWriter, ParquetWriter } from 'hyparquet-writer';
import { packageVersion } from '../../common/package-version.js';
import { BinaryRows } from './binary-rows.js';
import { ColumnBuffer, parquetSchemas } from './parquet-columns.js';
import type { ParquetReply, ParquetTask } from './parquet-file.js';

/** A row group is in memory as a whole. */
const ROW_GROUP_ROWS = 5_000;

/** Zstandard is native, the writer's own Snappy is not: half the time to write. Node.js has it from 22.15 on. */
const CODEC = 'zstdCompressSync' in zlib ? 'ZSTD' : 'SNAPPY';
const { ZSTD_c_compressionLevel: LEVEL } = zlib.constants;

function zstd(input: Uint8Array): Uint8Array {
  return zlib.zstdCompressSync(input, { params: { [LEVEL]: 1 } });
}

/** Appends to a new file, and hashes what it writes. */
class FileWriter extends ByteWriter {
  readonly hash = createHash('sha256');
  private readonly file: number;

  constructor(path: string) {
    super();
    this.file = openSync(path, 'wx');
  }

  /** Called after each row group. */
  flush(): void {
    const bytes = this.getBytes();
    this.hash.update(bytes);
    for (let written = 0; written < bytes.length;) written += writeSync(this.file, bytes, written);
    this.index = 0;
  }

  override finish(): void {
    this.flush();
    fsyncSync(this.file);
    closeSync(this.file);
  }
}

const { path, columns, notice } = workerData as ParquetTask;
const file = new FileWriter(path);
const schemas = parquetSchemas(columns);
const parquet = new ParquetWriter({
  writer: file,
  schema: schemas.encoded,
  codec: CODEC,
  compressors: { ZSTD: zstd },
  kvMetadata: [{ key: 'notice', value: notice }],
  createdBy: `movie-pipeline version ${packageVersion()}`,
});
const rows = new BinaryRows();
const buffer = new ColumnBuffer(columns);

function writeGroup(): void {
  if (buffer.rows === 0) return;
  // The writer is synchronous, because FileWriter is.
  void parquet.write({ columnData: buffer.take(), rowGroupSize: ROW_GROUP_ROWS });
}

function reply(message: ParquetReply): void {
  parentPort?.postMessage(message);
}

parentPort?.on('message', (piece: Uint8Array<ArrayBuffer> | null) => {
  if (piece === null) {
    writeGroup();
    parquet.schema = schemas.described;
    void parquet.finish();
    reply({ bytes: file.offset, sha256: file.hash.digest('hex') });
    parentPort?.close();
    return;
  }
  for (const row of rows.add(Buffer.from(piece.buffer))) {
    buffer.add(row);
    if (buffer.rows === ROW_GROUP_ROWS) writeGroup();
  }
  reply({ bytes: file.offset, sha256: null });
});
