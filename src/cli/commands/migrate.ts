import type { Command } from 'commander';
import { addCommand, exitWith, type Output } from '../command.js';
import { EXIT } from '../exit-code.js';
import { print } from '../format.js';

export function addMigrateCommand(program: Command, shutdownSignal: AbortSignal): void {
  addCommand(program, 'migrate', 'apply the migrations of this version to the database').action(
    exitWith((output: Output) => migrate(output, shutdownSignal)),
  );
}

async function migrate(output: Output, signal: AbortSignal): Promise<number> {
  const { commandConfig, openCommandDatabase } = await import('../context.js');
  const database = await openCommandDatabase(commandConfig({ tmdbKey: false }), 'apply', signal);
  await database.close();
  const { applied, upgradedLegacy } = database.migration;
  const text =
    applied.length === 0
      ? 'Nothing to do: all migrations are applied.'
      : `${upgradedLegacy ? 'Upgraded the existing tables in place. ' : ''}Applied: ${applied.join(', ')}.`;
  print(database.migration, text, output);
  return EXIT.success;
}
