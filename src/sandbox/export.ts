import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { type Catalogue, movie } from './movies.js';

/** Movies that are made before what reads them is waited for. */
const PORTION = 500;

/** Writes the daily export of all ids: gzipped, one JSON object a line, in flat memory however many there are. */
export async function writeExport(catalogue: Catalogue, to: Writable): Promise<void> {
  await pipeline(Readable.from(portions(catalogue)), createGzip(), to);
}

function* portions(catalogue: Catalogue): Generator<string> {
  for (let rank = 0; rank < catalogue.movies; rank += PORTION) {
    const count = Math.min(PORTION, catalogue.movies - rank);
    yield Array.from({ length: count }, (_, place) => line(catalogue, rank + place)).join('');
  }
}

function line(catalogue: Catalogue, rank: number): string {
  const { adult, id, original_title, popularity, video } = movie(catalogue, rank);
  return `${JSON.stringify({ adult, id, original_title, popularity, video })}\n`;
}
