import { CommanderError } from 'commander';
import { ConfigError } from '../config/config-error.js';
import { databaseFault } from '../database/errors/sql-state.js';
import { EXIT } from './exit-code.js';

/** Says in one line why the program ends, unless commander has said it already. Returns the exit code. */
export function reportError(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.success : EXIT.usage;
  process.stderr.write(
    `${databaseFault(error) ?? (error instanceof Error ? error.message : String(error))}\n`,
  );
  return error instanceof ConfigError ? EXIT.usage : EXIT.failed;
}
