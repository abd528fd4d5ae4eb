/** Exports one database in a process of its own. argv: the target's root, the database's URL, a folder. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Logger } from '@nestjs/common';
import type * as OpenDatabase from '../../src/database/connection/open-database.js';
import type * as ExporterModule from '../../src/export/exporter.js';
import type { ExportFormat } from '../../src/export/manifest.js';
import type * as Publish from '../../src/export/publish.js';
import { load, type Target } from './target.js';

/** What an export took. */
export interface MeasuredExport {
  readonly format: ExportFormat;
  /** Of the file of movies. */
  readonly rows: number;
  readonly seconds: number;
}

export interface ExportReport {
  readonly exports: readonly MeasuredExport[];
  readonly peakMb: number;
}

// Standard output is for the report.
Logger.overrideLogger(false);

const [root = '.', url = '', folder = ''] = process.argv.slice(2);
const target: Target = { name: 'target', root };
const { openDatabase } = await load<typeof OpenDatabase>(target, 'database/connection/open-database.js');
const { Exporter } = await load<typeof ExporterModule>(target, 'export/exporter.js');
const { publishInto } = await load<typeof Publish>(target, 'export/publish.js');

const database = await openDatabase({ url, poolSize: 2, dataDir: folder }, { migrate: 'never' });
const exporter = new Exporter(database);

async function measure(format: ExportFormat): Promise<MeasuredExport> {
  const options = { formats: [format], gzip: false, signal: new AbortController().signal };
  const out = join(folder, 'export');
  const started = performance.now();
  const { files } = await exporter.export(out, options, (written, manifest) =>
    publishInto(out, written, manifest),
  );
  const seconds = (performance.now() - started) / 1_000;
  await rm(out, { recursive: true });
  return { format, rows: files.find(({ table }) => table === 'movies')?.rows ?? 0, seconds };
}

const exports: MeasuredExport[] = [];
for (const format of ['ndjson', 'csv', 'parquet'] as const) exports.push(await measure(format));
await database.close();
const report: ExportReport = { exports, peakMb: process.resourceUsage().maxRSS / 1_024 };
process.stdout.write(JSON.stringify(report));
process.disconnect();
