import { gunzipSync } from 'node:zlib';
import { TmdbError } from '../tmdb-error.js';

/** Details of the largest casts reach 250 KB. */
export const LONGEST_BODY = 10 * 1024 * 1024;
/** Memory of this size or more is nobody else's: Node cuts smaller buffers out of a common one. */
const OWN_PIECE = Buffer.poolSize;

/**
 * The text of a body as it came over the line. At once and here: a body is undone in a fraction of the time that its
 * way to another thread and back takes.
 * @param encoding the Content-Encoding; gzip is the only one that is asked for
 * @throws TmdbError for half a body, a damaged one, or one that is too long
 */
export function readBody(body: Buffer, encoding: string | null): string {
  if (encoding === null) return body.toString();
  try {
    const undone = gunzipSync(body, { chunkSize: pieceFor(body), maxOutputLength: LONGEST_BODY });
    const text = undone.toString();
    release(undone);
    return text;
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    if (code === 'ERR_BUFFER_TOO_LARGE') throw tooLong();
    throw new TmdbError('garbled', `TMDB's answer came half or damaged (${code}).`);
  }
}

/**
 * One piece for the whole body: gzip's last four bytes say how long that is (RFC 1952, ISIZE), and zlib takes another
 * piece once one is full. They may lie: then there are several pieces, or one is larger than need be.
 */
function pieceFor(body: Buffer): number {
  const said = body.length < 4 ? 0 : body.readUInt32LE(body.length - 4);
  return Math.min(Math.max(said + 1, OWN_PIECE), LONGEST_BODY);
}

/**
 * Node 24 holds what it undid until a collection, which 64 MB of such are allowed to wait for; Node 20 does not, and has
 * no `transfer`.
 */
function release({ buffer }: Buffer<ArrayBuffer>): void {
  if (buffer.byteLength >= OWN_PIECE) (buffer as Partial<ArrayBuffer>).transfer?.(0);
}

export function tooLong(): TmdbError {
  return new TmdbError('unusable_body', `TMDB's answer is longer than ${LONGEST_BODY / 1024 / 1024} MB.`);
}
