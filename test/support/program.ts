import { spawn, type ChildProcess } from 'node:child_process';
import { appendFileSync, mkdirSync } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..', '..');
const WORKING_FOLDER = join(ROOT, '.data', 'test-programs');

/** The built program as a separate process without a terminal. */
export class Program {
  stdout = '';
  stderr = '';
  private readonly ended: Promise<number | NodeJS.Signals>;
  private wake: () => void = () => undefined;

  private constructor(private readonly child: ChildProcess) {
    child.stdout?.on('data', (chunk: Buffer) => {
      this.stdout += chunk.toString();
      this.wake();
    });
    child.stderr?.on('data', (chunk: Buffer) => {
      this.stderr += chunk.toString();
      this.wake();
    });
    this.ended = once(child, 'close').then(
      ([code, signal]: (number | NodeJS.Signals | null)[]) => code ?? signal ?? -1,
    );
  }

  /** `bin/movie-pipeline.js` with arguments. @param cwd default: a folder for programs that write nothing */
  static start(
    args: readonly string[],
    { env, cwd = WORKING_FOLDER }: { env: NodeJS.ProcessEnv; cwd?: string },
  ): Program {
    mkdirSync(cwd, { recursive: true });
    // Without one of its own, the program reads that of this working copy.
    appendFileSync(join(cwd, '.env'), '');
    return Program.node([join(ROOT, 'bin', 'movie-pipeline.js'), ...args], { env, cwd });
  }

  /** A built file. */
  static node(args: readonly string[], options: { env: NodeJS.ProcessEnv; cwd: string }): Program {
    return Program.command(process.execPath, args, options);
  }

  static command(
    file: string,
    args: readonly string[],
    { env, cwd }: { env: NodeJS.ProcessEnv; cwd: string },
  ): Program {
    const inherited = { PATH: process.env.PATH, HOME: process.env.HOME };
    return new Program(
      spawn(file, [...args], {
        cwd,
        env: { ...inherited, ...env },
        stdio: ['pipe', 'pipe', 'pipe'],
      }),
    );
  }

  get pid(): number {
    return this.child.pid ?? -1;
  }

  write(text: string): void {
    this.child.stdin?.end(text);
  }

  /** Closes its output, as `| head -1` does after a line. */
  hangUp(): void {
    this.child.stdout?.destroy();
    this.child.stderr?.destroy();
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** Resolves when its output matches; rejects when it exits without. */
  async printed(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(this.stdout) ?? pattern.exec(this.stderr);
      if (match !== null) return match;
      const more = new Promise<void>((resolve) => (this.wake = resolve));
      const end = await Promise.race([more, this.ended.then((code) => ({ code }))]);
      if (typeof end === 'object')
        throw new Error(`It exited (${end.code}) and printed:\n${this.stdout}${this.stderr}`);
    }
  }

  /** The exit code, or the signal's name. */
  end(): Promise<number | NodeJS.Signals> {
    return this.ended;
  }
}
