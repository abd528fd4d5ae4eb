import { once } from 'node:events';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { Worker } from 'node:worker_threads';
import { projectFolder } from '../../common/project-folder.js';
import type { ExportedColumn } from '../../movies/exported-tables.js';
import type { WrittenFile } from '../text-file.js';

/** What the worker thread is started with. */
export interface ParquetTask {
  readonly path: string;
  readonly columns: readonly ExportedColumn[];
  readonly notice: string;
}

/** The worker's reply to each piece, and with the hash to the end. */
export interface ParquetReply {
  /** Written so far. */
  readonly bytes: number;
  readonly sha256: string | null;
}

const WORKER = join(projectFolder(), 'dist', 'export', 'parquet', 'parquet.worker.js');

/**
 * Writes the output of COPY in binary format to a Parquet file, in a thread of its own: encoding and compressing would
 * delay every request of this process. At most one piece is on its way to the thread.
 */
export class ParquetFile extends Writable {
  private readonly worker: Worker;
  private last: ParquetReply = { bytes: 0, sha256: null };

  constructor(
    task: ParquetTask,
    private readonly onBytes: (bytes: number) => void,
  ) {
    super();
    this.worker = new Worker(WORKER, { workerData: task });
    this.worker.on('error', (error) => this.destroy(error as Error));
  }

  /** After the stream has finished. */
  written(): WrittenFile {
    const { bytes, sha256 } = this.last;
    if (sha256 === null) throw new Error('The Parquet file is not whole.');
    return { bytes, sha256 };
  }

  override _write(chunk: Buffer, _: BufferEncoding, done: (error?: Error | null) => void): void {
    // The chunk may be part of a larger buffer, which would be transferred too.
    const piece = new Uint8Array(chunk);
    this.exchange(piece, [piece.buffer]).then(() => {
      done();
    }, done);
  }

  override _final(done: (error?: Error | null) => void): void {
    this.exchange(null).then(() => {
      done();
    }, done);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    void this.worker.terminate().then(() => {
      done(error);
    });
  }

  private async exchange(piece: Uint8Array | null, transfer: ArrayBuffer[] = []): Promise<void> {
    this.worker.postMessage(piece, transfer);
    [this.last] = (await once(this.worker, 'message')) as [ParquetReply];
    this.onBytes(this.last.bytes);
  }
}
