import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

export interface ChildOptions {
  readonly file: string;
  readonly args?: readonly string[];
  /** Its whole environment beside INHERITED, so that the caller's variables do not influence the measurement. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Node's own options. */
  readonly flags?: readonly string[];
}

const INHERITED = ['PATH', 'HOME', 'TMPDIR', 'SystemRoot', 'TEMP', 'TMP'];

/** Starts a Node process with an IPC channel. Its standard output is piped, its standard error is passed through. */
export function startChild({ file, args = [], env = {}, cwd, flags = [] }: ChildOptions): ChildProcess {
  const kept = Object.entries(process.env).filter(([name]) => INHERITED.includes(name));
  return fork(file, args, {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    env: { ...Object.fromEntries(kept), ...env },
    ...(cwd === undefined ? {} : { cwd }),
    execArgv: [...flags],
    // A terminal sends Ctrl-C to its whole process group. The benches end their processes themselves.
    detached: process.platform !== 'win32',
  });
}

/** Sends the signal, and SIGKILL after ten seconds. Resolves once the child has exited. */
export async function endChild(child: ChildProcess, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill(signal);
  const force = setTimeout(() => child.kill('SIGKILL'), 10_000);
  await exit;
  clearTimeout(force);
}

/** Waits for the child to exit. Returns its standard output. @throws Error unless its exit code is 0 */
export async function runChild(options: ChildOptions): Promise<string> {
  const child = startChild(options);
  let output = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0)
    throw new Error(`${options.file} ${options.args?.join(' ') ?? ''} failed (${code ?? 'killed'}).`);
  return output;
}
