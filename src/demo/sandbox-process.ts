import { fork } from 'node:child_process';
import { join } from 'node:path';

export interface SandboxProcess {
  /** What TMDB_BASE_URL is set to. */
  readonly url: string;
  /** Requests that it was asked for so far. */
  requests(): Promise<number>;
  stop(): void;
}

/** Like TMDB over an ordinary line, with a little more than its limit, so that it is ours that keeps the pace. */
const LIKE_TMDB = ['--latency-ms', '60', '--jitter-ms', '40', '--rate-limit', '42'];

/** A made-up TMDB in a process of its own, which ends with this one. */
export async function startSandboxProcess(): Promise<SandboxProcess> {
  const child = fork(join(import.meta.dirname, '..', 'sandbox', 'main.js'), LIKE_TMDB, {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    // A terminal's Ctrl-C goes to its whole process group; the sandbox is to outlive the run that uses it.
    detached: true,
  });
  const url = await new Promise<string>((resolve, reject) => {
    child.once('exit', (code) => {
      reject(new Error(`The TMDB sandbox did not start (exit code ${code ?? 'unknown'}).`));
    });
    child.stdout?.once('data', (line: Buffer) => {
      resolve((JSON.parse(line.toString()) as { url: string }).url);
    });
  });
  return {
    url,
    requests: async () => {
      const response = await fetch(new URL('/sandbox/counters', url));
      return ((await response.json()) as { requests: number }).requests;
    },
    stop: () => {
      child.disconnect();
    },
  };
}
