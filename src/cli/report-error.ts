import { CommanderError } from 'commander';
import { ConfigError } from '../config/config-error.js';
import { DatabaseError } from '../database/errors/database-error.js';
import { describeFault } from '../database/errors/explain-error.js';
import { EXIT } from './exit-code.js';

/** Prints why the program ends, unless commander has printed it. Returns the exit code. */
export function reportError(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.success : EXIT.usage;
  process.stderr.write(`${reasonOf(error)}\n`);
  return error instanceof ConfigError ? EXIT.usage : EXIT.failed;
}

function reasonOf(error: unknown): string {
  if (error instanceof DatabaseError) return error.message;
  return describeFault(error) ?? (error instanceof Error ? error.message : String(error));
}
