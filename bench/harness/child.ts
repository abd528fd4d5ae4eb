import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

export interface ChildOptions {
  readonly file: string;
  readonly args?: readonly string[];
  /** All of its environment but PATH and the like: what is set around the benches must not steer what they measure. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** For Node itself. */
  readonly flags?: readonly string[];
}

const INHERITED = ['PATH', 'HOME', 'TMPDIR', 'SystemRoot', 'TEMP', 'TMP'];

/** A Node process of ours; its standard error is shown, its output is read. */
export function startChild({ file, args = [], env = {}, cwd, flags = [] }: ChildOptions): ChildProcess {
  const kept = Object.entries(process.env).filter(([name]) => INHERITED.includes(name));
  return fork(file, args, {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    env: { ...Object.fromEntries(kept), ...env },
    ...(cwd === undefined ? {} : { cwd }),
    execArgv: [...flags],
    // A terminal's Ctrl-C goes to a whole process group: it is for the benches to end what they started.
    detached: process.platform !== 'win32',
  });
}

/** Ends a child with a signal and waits for that; by force after ten seconds. */
export async function endChild(child: ChildProcess, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill(signal);
  const force = setTimeout(() => child.kill('SIGKILL'), 10_000);
  await exit;
  clearTimeout(force);
}

/** Runs a child to its end. Returns what it wrote to its standard output. */
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
