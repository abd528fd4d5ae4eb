import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { type Catalogue, movie } from './movies.js';

/** Lines that are made at once. */
const CHUNK = 500;

/** Writes the daily export of all ids: gzip of one JSON object per line, in constant memory. */
export async function writeExport(catalogue: Catalogue, to: Writable): Promise<void> {
  await pipeline(Readable.from(chunks(catalogue)), createGzip(), to);
}

function* chunks(catalogue: Catalogue): Generator<string> {
  for (let rank = 0; rank < catalogue.movies; rank += CHUNK) {
    const count = Math.min(CHUNK, catalogue.movies - rank);
    yield Array.from({ length: count }, (_, index) => line(catalogue, rank + index)).join('');
  }
}

function line(catalogue: Catalogue, rank: number): string {
  const { adult, id, original_title, popularity, video } = movie(catalogue, rank);
  return `${JSON.stringify({ adult, id, original_title, popularity, video })}\n`;
}
