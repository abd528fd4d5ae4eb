import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DatabaseError } from '../errors/database-error.js';

/** Longer than initdb and crash recovery take on a slow disk. */
const PATIENCE_MS = 300_000;
const RETRY_MS = 20;

/**
 * Runs `action` while no other process on this machine runs one for the same folder. The kernel holds the lock, so that
 * a killed process never leaves it behind.
 * @param folder its real path; it needs not exist (any more)
 * @throws DatabaseError EMBEDDED when another process holds it for five minutes
 */
export async function withStartLock<T>(folder: string, action: () => Promise<T>): Promise<T> {
  const release = await acquire(folder);
  try {
    return await action();
  } finally {
    await release();
  }
}

type Release = () => Promise<void>;

async function acquire(folder: string): Promise<Release> {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    const release = await (process.platform === 'darwin' ? lockFile(folder) : bindName(folder));
    if (release !== null) return release;
    if (performance.now() > deadline) {
      throw new DatabaseError(
        'EMBEDDED',
        `Another process has been starting or stopping PostgreSQL in ${folder} for minutes. End it, then try again.`,
      );
    }
    await sleep(RETRY_MS);
  }
}

/** Linux's abstract sockets and Windows' pipes have a name each, no file, and one owner, with whom they end. */
function bindName(folder: string): Promise<Release | null> {
  const name = lockName(folder);
  const path = process.platform === 'win32' ? `\\\\.\\pipe\\${name}` : `\0${name}`;
  const server = createServer((socket) => socket.destroy());
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(null);
      else reject(error);
    });
    server.listen({ path, exclusive: true }, () => {
      resolve(
        () =>
          new Promise((closed) =>
            server.close(() => {
              closed();
            }),
          ),
      );
    });
  });
}

/** macOS' open(2) can take a flock with it; node names no constant for that. */
const O_EXLOCK = 0x20;
const O_NONBLOCK = 0x4;
const O_RDWR = 0x2;
const O_CREAT = 0x200;

async function lockFile(folder: string): Promise<Release | null> {
  try {
    const flags = O_RDWR | O_CREAT | O_EXLOCK | O_NONBLOCK;
    const handle = await open(join(tmpdir(), `${lockName(folder)}.lock`), flags, 0o600);
    return () => handle.close();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return null;
    throw error;
  }
}

function lockName(folder: string): string {
  return `movie-pipeline-${createHash('sha256').update(folder).digest('hex').slice(0, 32)}`;
}
