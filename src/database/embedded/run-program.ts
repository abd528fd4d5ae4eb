import { spawn } from 'node:child_process';
import { DatabaseError } from '../errors/database-error.js';

/** Whom the server runs as; null: as this process does. */
export type ServerUser = { readonly uid: number; readonly gid: number } | null;

export interface ProgramResult {
  readonly ok: boolean;
  /** What it wrote to both channels. */
  readonly output: string;
}

/** What a server may inherit: our secrets and the PG* variables of other servers stay here. */
const INHERITED = ['PATH', 'SystemRoot', 'TEMP', 'TMP', 'TMPDIR', 'LD_LIBRARY_PATH'];

function environment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => INHERITED.includes(name));
  return { ...Object.fromEntries(kept), LC_ALL: 'C', TZ: 'UTC' };
}

/**
 * Runs one of PostgreSQL's programs to its end.
 * @throws DatabaseError EMBEDDED when the system can't run it at all
 */
export function runProgram(
  file: string,
  args: readonly string[],
  { user, cwd }: { readonly user: ServerUser; readonly cwd: string },
): Promise<ProgramResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      cwd,
      env: environment(),
      stdio: ['ignore', 'pipe', 'pipe'],
      windowsHide: true,
      ...user,
    });
    let output = '';
    const append = (chunk: Buffer): void => {
      output += chunk.toString();
    };
    child.stdout.on('data', append);
    child.stderr.on('data', append);
    child.once('error', (error) => {
      reject(
        new DatabaseError(
          'EMBEDDED',
          `PostgreSQL's ${file} can't be run on this system: ${error.message}. Set DATABASE_URL to a server of your own.`,
          { cause: error },
        ),
      );
    });
    child.once('close', (code) => {
      resolve({ ok: code === 0, output });
    });
  });
}

/** For an error message: the last lines, where the reason is. */
export function lastLines(text: string): string {
  return text.trim().split(/\r?\n/).slice(-10).join('\n');
}
