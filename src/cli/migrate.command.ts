import { commandConfig, openCommandDatabase } from './context.js';
import { EXIT } from './exit-code.js';

/** Brings the database to this version and says what that took. */
export async function migrateCommand({ json }: { readonly json: boolean }): Promise<number> {
  const database = await openCommandDatabase(commandConfig({ tmdbKey: false }), 'apply');
  await database.close();
  const { applied, upgradedLegacy } = database.migration;
  const text =
    applied.length === 0
      ? 'Nothing to do: every migration is applied.'
      : `${upgradedLegacy ? 'Upgraded the existing tables in place. ' : ''}Applied: ${applied.join(', ')}.`;
  process.stdout.write(json ? `${JSON.stringify(database.migration)}\n` : `${text}\n`);
  return EXIT.success;
}
