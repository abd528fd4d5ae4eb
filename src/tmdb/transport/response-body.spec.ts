import { gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { readBody, LONGEST_BODY } from './response-body.js';

const gzip = (text: string): Buffer => gzipSync(text);
/** Larger than what Node cuts out of its common buffer. */
const LARGE = 'ä, 馬, 🎬. '.repeat(20_000);

describe('the text of a body', () => {
  it.each([
    ['plain', Buffer.from('{"id": 1}'), null, '{"id": 1}'],
    ['empty', Buffer.alloc(0), null, ''],
    ['compressed', gzip('{"id": 1}'), 'gzip', '{"id": 1}'],
    ['compressed and empty', gzip(''), 'gzip', ''],
    ['compressed and large', gzip(LARGE), 'gzip', LARGE],
    // The last four bytes speak of the second part alone.
    ['compressed in two parts', Buffer.concat([gzip(LARGE), gzip('!')]), 'gzip', `${LARGE}!`],
  ])('%s', (_, body, encoding, text) => {
    expect(readBody(body, encoding)).toBe(text);
  });

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['three bytes', gzip(LARGE).subarray(0, 3)],
    ['half', gzip(LARGE).subarray(0, 500)],
    ['no gzip', Buffer.from(LARGE)],
    ['a false length', Buffer.concat([gzip(LARGE).subarray(0, -4), Buffer.from([255, 255, 255, 255])])],
  ])('compressed, can not be had of %s', (_, body) => {
    expect(() => readBody(body, 'gzip')).toThrow('came half or damaged');
  });

  it('is not unpacked past the limit', () => {
    const tooLong = gzip('a'.repeat(LONGEST_BODY + 1));
    expect(() => readBody(tooLong, 'gzip')).toThrow('longer than 10 MB');
  });

  it('leaves no memory behind, whether it is collected or not', () => {
    const body = gzip(LARGE);
    const before = process.memoryUsage().arrayBuffers;
    for (let times = 0; times < 100; times++) readBody(body, 'gzip');
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(Buffer.byteLength(LARGE));
  });
});
