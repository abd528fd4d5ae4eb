import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { Backup } from '../../backup/write-backup.js';
import { addCommand, exitWith, type Output } from '../command.js';
import { EXIT } from '../exit-code.js';
import { number, print } from '../format.js';

export function addBackupCommands(program: Command, shutdownSignal: AbortSignal): void {
  addCommand(program, 'backup', 'write all tables of the service to one file, also while it is running')
    .argument(
      '<file>',
      'such as movie-pipeline.backup; a file of that name is replaced once the new one is whole',
    )
    .action(exitWith((file: string, output: Output) => backup(file, output, shutdownSignal)));
  addCommand(program, 'restore', 'fill an empty database from a backup')
    .argument('<file>', 'that "backup" wrote')
    .action(exitWith((file: string, output: Output) => restore(file, output, shutdownSignal)));
}

async function backup(name: string, output: Output, signal: AbortSignal): Promise<number> {
  const { commandConfig, openCommandDatabase } = await import('../context.js');
  const { writeBackup } = await import('../../backup/write-backup.js');
  const file = resolve(name);
  const database = await openCommandDatabase(commandConfig({ tmdbKey: false }), 'check', signal);
  try {
    const written = await writeBackup(database, file, signal);
    const text = `${countOf(written)} are in ${file}, as of ${written.header.snapshot_time}.`;
    print(resultOf(file, written), text, output);
    return EXIT.success;
  } catch (error) {
    if (!signal.aborted) throw error;
    process.stderr.write('Cancelled. No backup was written.\n');
    return EXIT.cancelled;
  } finally {
    await database.close();
  }
}

async function restore(name: string, output: Output, signal: AbortSignal): Promise<number> {
  const { commandConfig, openCommandDatabase } = await import('../context.js');
  const { restoreBackup } = await import('../../backup/restore-backup.js');
  const file = resolve(name);
  const config = commandConfig({ tmdbKey: false });
  const database = await openCommandDatabase(config, 'create', signal);
  try {
    const restored = await restoreBackup(database, file, signal);
    // What this version has added since the backup.
    const migrated = await openCommandDatabase(config, 'apply', signal);
    await migrated.close();
    const text = `${countOf(restored)} are restored, as of ${restored.header.snapshot_time}. Start the service.`;
    print(resultOf(file, restored), text, output);
    return EXIT.success;
  } catch (error) {
    if (!signal.aborted) throw error;
    process.stderr.write('Cancelled. The database is unchanged.\n');
    return EXIT.cancelled;
  } finally {
    await database.close();
  }
}

function countOf({ tables }: Backup): string {
  const rows = tables.reduce((sum, table) => sum + table.rows, 0);
  return `${number(rows)} rows of ${number(tables.length)} tables`;
}

function resultOf(file: string, { header, tables }: Backup): object {
  const { snapshot_time, schema_version } = header;
  return { file, snapshot_time, schema_version, tables };
}
