import { brotliDecompressSync, gunzipSync, inflateRawSync, inflateSync } from 'node:zlib';
import { TmdbError } from '../tmdb-error.js';

/** Bytes. The details of the largest casts reach 250 KB. */
export const MAX_BODY_LENGTH = 10 * 1024 * 1024;
/** Node allocates smaller buffers in a shared pool, which cannot be freed. */
const MIN_OWN_BUFFER = Buffer.poolSize;

type Decompress = (body: Buffer) => Buffer<ArrayBuffer>;

const OPTIONS = { maxOutputLength: MAX_BODY_LENGTH, chunkSize: MIN_OWN_BUFFER };

/** By the name of the content coding (RFC 9110). Only gzip is requested; a proxy may choose another. */
const DECOMPRESS: Readonly<Record<string, Decompress>> = {
  gzip: gunzip,
  'x-gzip': gunzip,
  br: (body) => brotliDecompressSync(body, OPTIONS),
  // Some servers leave out the header of zlib, whose lower four bits are 8 (RFC 1950).
  deflate: (body) => ((body[0] ?? 0) % 16 === 8 ? inflateSync : inflateRawSync)(body, OPTIONS),
};

/**
 * The text of a response body. Decompresses synchronously: that takes a fraction of the time of a round trip to a thread.
 * @param encoding the Content-Encoding header; null without one
 * @throws TmdbError when the body is incomplete, damaged or too long, or its encoding is not supported
 */
export function readBody(body: Buffer, encoding: string | null): string {
  const names = (encoding ?? '').split(',').map((name) => name.trim().toLowerCase());
  const coding = names.filter((name) => name !== '' && name !== 'identity').join(', ');
  if (coding === '') return body.toString();
  const decompress = Object.hasOwn(DECOMPRESS, coding) ? DECOMPRESS[coding] : undefined;
  if (decompress === undefined) throw unsupported(coding);
  try {
    const decompressed = decompress(body);
    const text = decompressed.toString();
    release(decompressed);
    return text;
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    if (code === 'ERR_BUFFER_TOO_LARGE') throw tooLong();
    throw new TmdbError('garbled', `TMDB's response is incomplete or damaged (${coding}, ${code}).`);
  }
}

function gunzip(body: Buffer): Buffer<ArrayBuffer> {
  return gunzipSync(body, { ...OPTIONS, chunkSize: expectedLength(body) });
}

/** The name comes from outside, so it is shown only when it looks like one. */
function unsupported(coding: string): TmdbError {
  const name = /^[a-z0-9 ,-]{1,30}$/.test(coding) ? coding : 'unknown';
  const message = `TMDB's response has the content encoding ${name}, which was not requested. Check the proxy between this machine and TMDB.`;
  return new TmdbError('garbled', message);
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
