import { execFile } from 'node:child_process';
import { open, readFile, readlink, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';

/** What a server says of itself in `postmaster.pid`. */
export interface Postmaster {
  readonly pid: number;
  /** 0 while it isn't known. */
  readonly port: number;
  readonly status: 'starting' | 'ready' | 'stopping';
}

const FILE = 'postmaster.pid';
/** Higher than any system's process ids go. */
const NOBODY = 2_147_483_647;

/** The live server on the folder, or null. */
export async function readPostmaster(folder: string): Promise<Postmaster | null> {
  const text = await readFile(join(folder, FILE), 'utf8').catch(() => null);
  return text === null ? null : postmasterIn(text, folder);
}

async function postmasterIn(text: string, folder: string): Promise<Postmaster | null> {
  const [pid = '', , , port = '', , , , status = ''] = text.split('\n').map((line) => line.trim());
  // It is empty for an instant, and a single-user server's number is negative.
  const number = Math.abs(Number(pid));
  if (number === 0 || Number.isNaN(number) || !(await isPostmaster(number, folder))) return null;
  return { pid: number, port: Number(port), status: readStatus(status) };
}

function readStatus(status: string): Postmaster['status'] {
  if (status === '' || status === 'starting') return 'starting';
  return status === 'stopping' ? 'stopping' : 'ready';
}

/**
 * PostgreSQL takes any live process with the number in the file for a server, also one that got it after a restart of
 * the machine. Only the number is replaced: from the other lines the new server sees whether processes of the old one
 * still use its memory. Under the start lock; a server that somebody has started meanwhile without it keeps its file,
 * for it ends within a minute when that is not its own any more.
 */
export async function disownStaleFile(folder: string): Promise<void> {
  // By its handle, so that nothing is written to a file that has replaced this one.
  const file = await open(join(folder, FILE), 'r+').catch(() => null);
  if (file === null) return;
  try {
    const text = await file.readFile('utf8');
    if ((await postmasterIn(text, folder)) !== null) return;
    await file.write(text.replace(/^-?\d+/, String(NOBODY)), 0);
  } finally {
    await file.close();
  }
}

async function isPostmaster(pid: number, folder: string): Promise<boolean> {
  if (!isAlive(pid)) return false;
  if (process.platform === 'linux') return isPostmasterOnLinux(pid, folder);
  if (process.platform === 'win32') return true;
  const { stdout } = await promisify(execFile)('ps', ['-o', 'comm=', '-p', String(pid)]).catch(() => ({
    stdout: '',
  }));
  return basename(stdout.trim()).startsWith('postgres');
}

async function isPostmasterOnLinux(pid: number, folder: string): Promise<boolean> {
  const state = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // Killed, and never collected by its parent: in a container nobody may do that.
  if (state === '' || /\) [ZX] /.test(state)) return false;
  try {
    return (await readlink(`/proc/${pid}/cwd`)) === folder;
  } catch {
    // Root in a container may not look into other users' processes: name and owner have to do.
    const name = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '');
    const [of, owner] = await Promise.all([stat(`/proc/${pid}`).catch(() => null), stat(folder)]);
    return name.trim() === 'postgres' && of?.uid === owner.uid;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
