import { resolve } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { EXPORT_FORMATS, type ExportFormat } from '../../export/manifest.js';
import { addCommand, exitWith, type Output } from '../command.js';
import { EXIT } from '../exit-code.js';
import { number, print, table } from '../format.js';

interface ExportCommandOptions extends Output {
  readonly format: ExportFormat[];
  readonly out: string;
  readonly gzip: boolean;
}

export function addExportCommand(program: Command, shutdownSignal: AbortSignal): void {
  addCommand(program, 'export', 'write the stored movies to files')
    .requiredOption(
      '--out <folder>',
      'where to; the files of a former export there are replaced once all are whole',
    )
    .option('--format <formats>', `comma-separated: ${EXPORT_FORMATS.join(', ')}`, exportFormats, [
      ...EXPORT_FORMATS,
    ])
    .option('--gzip', 'compress NDJSON and CSV; Parquet always is', false)
    .action(exitWith((options: ExportCommandOptions) => exportCommand(options, shutdownSignal)));
}

function exportFormats(value: string): ExportFormat[] {
  const names = value.split(',').map((name) => name.trim());
  const formats = EXPORT_FORMATS.filter((format) => names.includes(format));
  if (names.every((name) => EXPORT_FORMATS.some((format) => format === name))) return formats;
  throw new InvalidArgumentError(`It must be a comma-separated list of ${EXPORT_FORMATS.join(', ')}.`);
}

async function exportCommand(options: ExportCommandOptions, signal: AbortSignal): Promise<number> {
  const { commandConfig, openCommandDatabase } = await import('../context.js');
  const { Exporter } = await import('../../export/exporter.js');
  const { publishInto } = await import('../../export/publish.js');
  const { ExportView } = await import('../export-view.js');
  const folder = resolve(options.out);
  const database = await openCommandDatabase(commandConfig({ tmdbKey: false }), 'check', signal);
  const view = options.json ? null : new ExportView(process.stderr, () => performance.now());
  try {
    const manifest = await new Exporter(database).export(
      folder,
      {
        formats: options.format,
        gzip: options.gzip,
        signal,
        onProgress: (progress) => view?.show(progress),
      },
      (written, finished) => publishInto(folder, written, finished),
    );
    view?.end();
    const rows = manifest.files.map(({ name, rows: count, bytes }) => [name, count, bytes]);
    const text = `${table(['FILE', 'ROWS', 'BYTES'], rows)}\n\n${number(manifest.files.length)} files in ${folder}, as of ${manifest.snapshot_time}.`;
    print({ folder, ...manifest }, text, options);
    return EXIT.success;
  } catch (error) {
    view?.end();
    if (!signal.aborted) throw error;
    process.stderr.write('Cancelled. Nothing was published.\n');
    return EXIT.cancelled;
  } finally {
    await database.close();
  }
}
