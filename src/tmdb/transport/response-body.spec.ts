import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { MAX_BODY_LENGTH, readBody } from './response-body.js';

const gzip = (text: string): Buffer => gzipSync(text);
/** Larger than the buffers that Node allocates in its shared pool. */
const LARGE = 'ä, 馬, 🎬. '.repeat(20_000);

describe('readBody', () => {
  it.each([
    ['a plain body', Buffer.from('{"id": 1}'), null, '{"id": 1}'],
    ['an empty body', Buffer.alloc(0), null, ''],
    ['a compressed body', gzip('{"id": 1}'), 'gzip', '{"id": 1}'],
    ['a compressed empty body', gzip(''), 'gzip', ''],
    ['a compressed large body', gzip(LARGE), 'gzip', LARGE],
    // The last four bytes hold the length of the second member only.
    ['a gzip of two members', Buffer.concat([gzip(LARGE), gzip('!')]), 'gzip', `${LARGE}!`],
    ['a gzip whose encoding has capital letters', gzip(LARGE), ' GZIP ', LARGE],
    ['a body of the encoding x-gzip', gzip(LARGE), 'x-gzip', LARGE],
    ['a body of the encoding identity', Buffer.from(LARGE), 'identity', LARGE],
    ['a gzip whose encodings are gzip and identity', gzip(LARGE), 'gzip, identity', LARGE],
    ['a body of an empty encoding', Buffer.from(LARGE), '', LARGE],
    ['a body of the encoding br', brotliCompressSync(LARGE), 'br', LARGE],
    ['a short body of the encoding br', brotliCompressSync('{}'), 'br', '{}'],
    ['a short body of the encoding deflate', deflateSync('{}'), 'deflate', '{}'],
    ['a body of the encoding deflate', deflateSync(LARGE), 'deflate', LARGE],
    ['a body of the encoding deflate without zlib header', deflateRawSync(LARGE), 'deflate', LARGE],
  ])('reads %s', (_, body, encoding, text) => {
    expect(readBody(body, encoding)).toBe(text);
  });

  it.each([
    ['an empty gzip', Buffer.alloc(0)],
    ['three bytes of a gzip', gzip(LARGE).subarray(0, 3)],
    ['half a gzip', gzip(LARGE).subarray(0, 500)],
    ['plain text sent as gzip', Buffer.from(LARGE)],
    [
      'a gzip with a wrong length',
      Buffer.concat([gzip(LARGE).subarray(0, -4), Buffer.from([255, 255, 255, 255])]),
    ],
  ])('rejects %s as incomplete or damaged', (_, body) => {
    expect(() => readBody(body, 'gzip')).toThrow('incomplete or damaged');
  });

  it.each([
    ['zstd', 'zstd'],
    ['gzip, gzip', 'gzip, gzip'],
    ['br,gzip', 'br, gzip'],
    ['__proto__', 'unknown'],
    ['constructor', 'constructor'],
    [`<script>`, 'unknown'],
  ])('names the encoding %s, which it does not read, as %s', (encoding, name) => {
    expect(() => readBody(gzip('{}'), encoding)).toThrow(`has the content encoding ${name}, which`);
  });

  it.each([
    ['gzip', gzipSync],
    ['br', brotliCompressSync],
    ['deflate', deflateSync],
  ])('stops decompressing %s at the length limit', (encoding, compress) => {
    const tooLong = compress('a'.repeat(MAX_BODY_LENGTH + 1));
    expect(() => readBody(tooLong, encoding)).toThrow('longer than 10 MB');
  });

  it('frees the decompressed buffers without a garbage collection', () => {
    const body = gzip(LARGE);
    const before = process.memoryUsage().arrayBuffers;
    for (let n = 0; n < 100; n++) readBody(body, 'gzip');
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(Buffer.byteLength(LARGE));
  });
});
