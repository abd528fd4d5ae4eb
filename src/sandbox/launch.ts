import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Counters } from './counters.js';
import type { Faults } from './faults.js';

/** See {@link SandboxOptions}; what is left out has the default of `main.ts`. */
export interface LaunchOptions {
  readonly movies?: number;
  readonly seed?: number;
  readonly port?: number;
  readonly latencyMs?: number;
  readonly jitterMs?: number;
  /** Requests in any second above which the sandbox answers 429. Default: no limit. */
  readonly rateLimit?: number;
  readonly people?: number;
  readonly keepAnswers?: boolean;
}

/** A sandbox in a process of its own, which exits when this one does. */
export interface LaunchedSandbox {
  /** The value for TMDB_BASE_URL. */
  readonly url: string;
  /** The value for TMDB_EXPORT_URL. */
  readonly exportUrl: string;
  /** What it has counted since its start or the last reset. */
  counters(): Promise<Counters>;
  reset(): Promise<void>;
  /** Replaces all shares of faulty answers. */
  setFaults(faults: Partial<Faults>): Promise<void>;
  /** Resolves once the process has exited. */
  stop(): Promise<void>;
}

/** @throws Error when the process exits before it listens; its standard error shows why */
export async function launchSandbox(options: LaunchOptions = {}): Promise<LaunchedSandbox> {
  const child = fork(join(import.meta.dirname, 'main.js'), argumentsOf(options), {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    execArgv: [],
    // A terminal sends Ctrl-C to its whole process group, and the sandbox must outlive the run that uses it.
    detached: process.platform !== 'win32',
  });
  const url = await new Promise<string>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => {
      reject(new Error(`The TMDB sandbox did not start (exit code ${code ?? 'unknown'}).`));
    });
    child.stdout?.once('data', (line: Buffer) => {
      resolve((JSON.parse(line.toString()) as { url: string }).url);
    });
  });
  const ask = async (action: string, body?: object): Promise<Counters> => {
    const request = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
    return (await (await fetch(new URL(`/sandbox/${action}`, url), request)).json()) as Counters;
  };
  return {
    url,
    exportUrl: new URL('/p/exports', url).href,
    counters: () => ask('counters'),
    reset: async () => {
      await ask('reset', {});
    },
    setFaults: async (faults) => {
      await ask('faults', faults);
    },
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exit = once(child, 'exit');
      child.kill();
      await exit;
    },
  };
}

/** `{ latencyMs: 60, keepAnswers: true }` becomes `--latency-ms 60 --keep-answers`. */
function argumentsOf(options: LaunchOptions): string[] {
  return Object.entries(options).flatMap(([name, value]: [string, number | boolean]) => {
    const flag = `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    if (typeof value === 'boolean') return value ? [flag] : [];
    return [flag, String(value)];
  });
}
