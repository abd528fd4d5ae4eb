import { gunzipSync } from 'node:zlib';
import { TmdbError } from '../tmdb-error.js';

/** Bytes. The details of the largest casts reach 250 KB. */
export const MAX_BODY_LENGTH = 10 * 1024 * 1024;
/** Node allocates smaller buffers in a shared pool, which cannot be freed. */
const MIN_OWN_BUFFER = Buffer.poolSize;

/**
 * The text of a response body. Decompresses synchronously: that takes a fraction of the time of a round trip to a thread.
 * @param encoding the Content-Encoding; only gzip is requested
 * @throws TmdbError when the body is incomplete, damaged or too long
 */
export function readBody(body: Buffer, encoding: string | null): string {
  if (encoding === null) return body.toString();
  try {
    const decompressed = gunzipSync(body, {
      chunkSize: expectedLength(body),
      maxOutputLength: MAX_BODY_LENGTH,
    });
    const text = decompressed.toString();
    release(decompressed);
    return text;
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    if (code === 'ERR_BUFFER_TOO_LARGE') throw tooLong();
    throw new TmdbError('garbled', `TMDB's response is incomplete or damaged (${code}).`);
  }
}

/**
 * The size of one chunk that fits the whole body. The last four bytes of gzip hold the length (RFC 1952, ISIZE); zlib
 * allocates a further chunk when one is full, so one byte is added. A wrong length only costs memory or another chunk.
 */
function expectedLength(body: Buffer): number {
  const isize = body.length < 4 ? 0 : body.readUInt32LE(body.length - 4);
  return Math.min(Math.max(isize + 1, MIN_OWN_BUFFER), MAX_BODY_LENGTH);
}

/** Node keeps decompressed buffers until a garbage collection, which external memory triggers at 64 MB. */
function release({ buffer }: Buffer<ArrayBuffer>): void {
  if (buffer.byteLength >= MIN_OWN_BUFFER) buffer.transfer(0);
}

export function tooLong(): TmdbError {
  const megabytes = MAX_BODY_LENGTH / 1024 / 1024;
  return new TmdbError('unusable_body', `TMDB's response is longer than ${megabytes} MB.`);
}
