import { execFile } from 'node:child_process';
import { open, readFile, readlink, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';

/** The content of a server's `postmaster.pid`. */
export interface Postmaster {
  readonly pid: number;
  /** 0 while it is unknown. */
  readonly port: number;
  /** As the server was given it, perhaps relative to its data folder; null: none. */
  readonly socketFolder: string | null;
  readonly status: 'starting' | 'ready' | 'stopping';
}

const FILE = 'postmaster.pid';
/** Higher than the process ids of any system. */
const NOBODY = 2_147_483_647;

/** The running server of the folder, or null. */
export async function readPostmaster(folder: string): Promise<Postmaster | null> {
  const text = await readFile(join(folder, FILE), 'utf8').catch(() => null);
  return text === null ? null : postmasterIn(text, folder);
}

async function postmasterIn(text: string, folder: string): Promise<Postmaster | null> {
  const [pid = '', , , port = '', socket = '', , , status = ''] = text.split('\n').map((line) => line.trim());
  // The file is empty for a moment after its creation; a single-user server writes a negative number.
  const number = Math.abs(Number(pid));
  if (number === 0 || Number.isNaN(number) || !(await isPostmaster(number, folder))) return null;
  return {
    pid: number,
    port: Number(port),
    socketFolder: socket === '' ? null : socket,
    status: readStatus(status),
  };
}

function readStatus(status: string): Postmaster['status'] {
  if (status === '' || status === 'starting') return 'starting';
  return status === 'stopping' ? 'stopping' : 'ready';
}

/**
 * Replaces the process id in the file of a server that no longer runs. PostgreSQL takes any running process with that id
 * for a server, also one that received it after a restart of the machine. The other lines stay: they tell the new server
 * whether processes of the old one still use its memory. Requires the start lock. The file of a server that something
 * without that lock has started meanwhile is not touched.
 */
export async function disownStaleFile(folder: string): Promise<void> {
  // Through one handle, so that a file that replaces this one is never written.
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
  // A zombie: the parent of a killed process, as in a container, may never reap it.
  if (state === '' || /\) [ZX] /.test(state)) return false;
  try {
    return (await readlink(`/proc/${pid}/cwd`)) === folder;
  } catch {
    // In a container root may lack the right to read other users' processes: compare name and owner instead.
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
