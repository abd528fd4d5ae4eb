import { spawn } from 'node:child_process';
import { DatabaseError } from '../errors/database-error.js';

/** The user the server runs as; null: the user of this process. */
export type ServerUser = { readonly uid: number; readonly gid: number } | null;

export interface ProgramResult {
  readonly ok: boolean;
  /** Standard output and standard error. */
  readonly output: string;
}

/** The variables that a server inherits: neither our secrets nor PG* variables of other servers. */
const INHERITED = ['PATH', 'SystemRoot', 'TEMP', 'TMP', 'TMPDIR', 'LD_LIBRARY_PATH'];

function environment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => INHERITED.includes(name));
  return { ...Object.fromEntries(kept), LC_ALL: 'C', TZ: 'UTC' };
}

/**
 * Runs one of PostgreSQL's programs until it exits.
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
          `PostgreSQL's ${file} can't be run on this system: ${error.message}. Set DATABASE_URL to another server.`,
          { cause: error },
        ),
      );
    });
    child.once('close', (code) => {
      resolve({ ok: code === 0, output });
    });
  });
}

/** The last lines, which name the reason, for an error message. */
export function lastLines(text: string): string {
  return text.trim().split(/\r?\n/).slice(-10).join('\n');
}
