import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { type Catalogue, film } from './films.js';

/** Films that are made before what reads them is waited for. */
const PORTION = 500;

/** Writes the daily export of all ids: gzipped, one JSON object a line, in flat memory however many there are. */
export async function writeExport(catalogue: Catalogue, to: Writable): Promise<void> {
  const gzip = createGzip();
  const sent = pipeline(gzip, to);
  const made = write(catalogue, gzip);
  await Promise.all([sent, made]);
}

async function write(catalogue: Catalogue, to: Writable): Promise<void> {
  for (let rank = 0; rank < catalogue.films && !to.destroyed; rank += PORTION) {
    const count = Math.min(PORTION, catalogue.films - rank);
    const lines = Array.from({ length: count }, (_, place) => line(catalogue, rank + place)).join('');
    if (!to.write(lines)) await Promise.race([once(to, 'drain'), once(to, 'close')]);
  }
  to.end();
}

function line(catalogue: Catalogue, rank: number): string {
  const { adult, id, original_title, popularity, video } = film(catalogue, rank);
  return `${JSON.stringify({ adult, id, original_title, popularity, video })}\n`;
}
