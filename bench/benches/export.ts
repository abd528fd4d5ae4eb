import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Bench, expectEqual } from '../harness/bench.js';
import { runChild } from '../harness/child.js';
import { DATASETS } from '../harness/dataset.js';
import type { FilledDatabase } from '../harness/environment.js';
import type { ExportReport } from '../harness/export-subject.js';

const DATASET = DATASETS.large;
const SUBJECT = join(import.meta.dirname, '..', 'harness', 'export-subject.js');

/** The speed of exports, compared with COPY, the fastest way to read rows from PostgreSQL. */
export const exportMovies: Bench = {
  name: 'export',
  about: `${DATASET.movies} movies as NDJSON, CSV and Parquet; COPY of the whole table to a file on the server`,
  figures: [
    { name: 'NDJSON, relative to COPY', unit: '×', goal: { atLeast: 0.5 } },
    { name: 'CSV, relative to COPY', unit: '×', goal: { atLeast: 0.5 } },
    { name: 'Parquet', unit: '/s', goal: { atLeast: 15_000 } },
    { name: 'peak memory', unit: 'MB', goal: { atMost: 400 } },
    { name: 'COPY', unit: '/s' },
    { name: 'NDJSON', unit: '/s' },
    { name: 'CSV', unit: '/s' },
  ],
  repeats: 2,
  warmUps: 0,
  async measure(target, environment) {
    const database = await environment.filled(target, DATASET);
    // The first reading of the table sets the hint bits of its rows.
    await copySeconds(database);
    const copied = await copySeconds(database);
    const args = [target.root, database.url, environment.folder];
    const { exports, peakMb } = JSON.parse(await runChild({ file: SUBJECT, args })) as ExportReport;
    const seconds = Object.fromEntries(exports.map((each) => [each.format, each.seconds]));
    for (const { rows } of exports) expectEqual('exported movies', rows, DATASET.movies);
    const perSecond = (format: string): number => DATASET.movies / (seconds[format] ?? Number.NaN);
    const copyPerSecond = DATASET.movies / copied;
    return {
      'NDJSON, relative to COPY': perSecond('ndjson') / copyPerSecond,
      'CSV, relative to COPY': perSecond('csv') / copyPerSecond,
      Parquet: perSecond('parquet'),
      'peak memory': peakMb,
      COPY: copyPerSecond,
      NDJSON: perSecond('ndjson'),
      CSV: perSecond('csv'),
    };
  },
};

async function copySeconds({ client }: FilledDatabase): Promise<number> {
  const { rows } = await client.query<{ path: string }>(`SELECT current_setting('data_directory') AS path`);
  const file = join(rows[0]!.path, 'bench-export');
  const started = performance.now();
  await client.query(`COPY movies TO '${file}'`);
  const seconds = (performance.now() - started) / 1_000;
  await rm(file);
  return seconds;
}
