import type { Command } from 'commander';
import { oneLine } from '../../common/one-line.js';
import { systemClock } from '../../common/system-clock.js';
import type { AppConfig } from '../../config/app-config.js';
import { ConfigError } from '../../config/config-error.js';
import type { OpenDatabase } from '../../database/connection/open-database.js';
import { addCommand, exitWith, type Output } from '../command.js';
import { EXIT } from '../exit-code.js';
import { print } from '../format.js';

export function addMigrateCommand(program: Command, shutdownSignal: AbortSignal): void {
  addCommand(program, 'migrate', 'apply the migrations of this version to the database')
    .option('--grant-to <role>', 'then let this role of your own server run the service')
    .action(exitWith((options: Options) => migrate(options, shutdownSignal)));
}

interface Options extends Output {
  readonly grantTo?: string;
}

async function migrate({ grantTo, ...output }: Options, signal: AbortSignal): Promise<number> {
  const { commandConfig, openCommandDatabase } = await import('../context.js');
  const config = commandConfig({ tmdbKey: false });
  if (grantTo !== undefined && config.database.url === null) throw new ConfigError([ONLY_EXTERNAL]);
  const database = await openCommandDatabase(config, 'apply', signal);
  try {
    if (grantTo !== undefined) await grant(database, config, grantTo);
  } finally {
    await database.close();
  }
  const { applied, upgradedLegacy } = database.migration;
  const text =
    applied.length === 0
      ? 'Nothing to do: all migrations are applied.'
      : `${upgradedLegacy ? 'Upgraded the existing tables in place. ' : ''}Applied: ${applied.join(', ')}.`;
  const granted = grantTo === undefined ? '' : ` Granted to ${oneLine(grantTo)} what the service needs.`;
  const result = { ...database.migration, ...(grantTo !== undefined && { grantedTo: grantTo }) };
  print(result, text + granted, output);
  return EXIT.success;
}

const ONLY_EXTERNAL =
  '--grant-to needs DATABASE_URL: the embedded database has a role for the service already.';

/** First installs the job queue and builds the indexes of reading, which takes an owner too. */
async function grant(database: OpenDatabase, config: AppConfig, role: string): Promise<void> {
  const { pool, schema, startupRetry } = database;
  const { grantToRole } = await import('../../database/access/runtime-grants.js');
  const { JobQueue } = await import('../../queue/job-queue.js');
  const { BackgroundIndexes } = await import('../../movies/indexes/background-indexes.js');
  const queue = new JobQueue({ pool, schema, use: 'send' }, startupRetry);
  await queue.onModuleInit();
  await queue.beforeApplicationShutdown();
  await new BackgroundIndexes(database, config, systemClock).build();
  await grantToRole(pool, schema, role);
}
