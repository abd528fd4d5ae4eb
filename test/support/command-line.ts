import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import passport, { type Strategy } from 'passport';
import { createProgram } from '../../src/cli/program.js';
import { reportError } from '../../src/cli/report-error.js';

export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  /** Without the log. */
  readonly stderr: string;
}

interface CommandOptions {
  readonly env: Readonly<Record<string, string>>;
  /** Standard input. */
  readonly input?: string;
  /** Default: an empty folder. */
  readonly cwd?: string;
}

/**
 * Runs a command in this process, as `src/cli.ts` does. Starting a process costs two seconds of CPU time, so only tests
 * of signals, of standard output as a whole and of several processes use a `Program`. One command at a time.
 */
export async function runCommand(
  args: readonly string[],
  { env, input = '', cwd }: CommandOptions,
): Promise<CommandResult> {
  const folder = cwd ?? (await mkdtemp(join(tmpdir(), 'movie-pipeline-test-')));
  const restore = replaceProcess({ LOG_LEVEL: 'fatal', ...env }, input, folder);
  const [stdout, stderr] = [capture(process.stdout), capture(process.stderr)];
  try {
    await createProgram(new AbortController().signal).parseAsync(args, { from: 'user' });
    return { code: Number(process.exitCode ?? 0), stdout: stdout.text(), stderr: stderr.text() };
  } catch (error) {
    return { code: reportError(error), stdout: stdout.text(), stderr: stderr.text() };
  } finally {
    stdout.stop();
    stderr.stop();
    restore();
    if (cwd === undefined) await rm(folder, { recursive: true });
  }
}

/** Passport's strategies belong to the process; a command's application replaces those of a test's service. */
const strategies = passport as unknown as { _strategies: Record<string, Strategy> };

/** Returns a function that undoes it, and what a command leaves behind in the process. */
function replaceProcess(env: NodeJS.ProcessEnv, input: string, cwd: string): () => void {
  const before = { env: process.env, cwd: process.cwd(), exitCode: process.exitCode };
  const registered = { ...strategies._strategies };
  const stdin = Object.getOwnPropertyDescriptor(process, 'stdin')!;
  process.env = { PATH: process.env.PATH, HOME: process.env.HOME, ...env };
  process.chdir(cwd);
  process.exitCode = undefined;
  Object.defineProperty(process, 'stdin', {
    configurable: true,
    value: Readable.from(input === '' ? [] : [Buffer.from(input)]),
  });
  return () => {
    process.env = before.env;
    process.chdir(before.cwd);
    process.exitCode = before.exitCode;
    Object.defineProperty(process, 'stdin', stdin);
    strategies._strategies = registered;
    Logger.overrideLogger(false);
  };
}

function capture(stream: NodeJS.WriteStream): { text(): string; stop(): void } {
  let text = '';
  const spy = jest.spyOn(stream, 'write').mockImplementation((chunk) => {
    text += String(chunk);
    return true;
  });
  return {
    text: () => text,
    stop: () => {
      spy.mockRestore();
    },
  };
}
