import { type Command, type CommandOptions, InvalidArgumentError } from 'commander';

export interface Output {
  /** Print JSON instead of text. */
  readonly json: boolean;
}

/** Adds a command that has `--json`. */
export function addCommand(
  parent: Command,
  name: string,
  description: string,
  options: CommandOptions = {},
): Command {
  return parent.command(name, options).description(description).option('--json', 'print JSON', false);
}

/** An action for commander; what `run` returns becomes the exit code of the process. */
export function exitWith<Args extends readonly unknown[]>(
  run: (...args: Args) => Promise<number>,
): (...args: Args) => Promise<void> {
  return async (...args) => {
    process.exitCode = await run(...args);
  };
}

/** Parses an argument or an option. */
export function wholeNumber(min: number, max: number): (value: string) => number {
  return (value) => {
    const parsed = /^\d{1,10}$/.test(value) ? Number(value) : NaN;
    if (parsed >= min && parsed <= max) return parsed;
    throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`);
  };
}

/** Run ids are INTEGER. */
export const runId = wholeNumber(1, 2 ** 31 - 1);
