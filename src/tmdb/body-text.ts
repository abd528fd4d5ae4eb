import { gunzipSync } from 'node:zlib';
import { TmdbError } from './tmdb-error.js';

/** Details of the largest casts reach 250 KB. */
export const LONGEST_BODY = 10 * 1024 * 1024;
/** Most bodies fit one piece. */
const PIECE = 64 * 1024;

/**
 * The text of a body as it came over the line. At once and here: a body is undone in a fraction of the time that its
 * way to another thread and back takes.
 * @param encoding the Content-Encoding; gzip is the only one that is asked for
 * @throws TmdbError for half a body, a damaged one, or one that is too long
 */
export function bodyText(body: Buffer, encoding: string | null): string {
  if (encoding === null) return body.toString();
  try {
    return gunzipSync(body, { chunkSize: PIECE, maxOutputLength: LONGEST_BODY }).toString();
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    if (code === 'ERR_BUFFER_TOO_LARGE') throw tooLong();
    throw new TmdbError('garbled', `TMDB's answer came half or damaged (${code}).`);
  }
}

export function tooLong(): TmdbError {
  return new TmdbError('unusable_body', `TMDB's answer is longer than ${LONGEST_BODY / 1024 / 1024} MB.`);
}
