import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { retry } from '../../common/retry.js';
import { systemClock } from '../../common/system-clock.js';
import { DatabaseError } from '../errors/database-error.js';

/** Longer than initdb and crash recovery take on a slow disk. */
const DEADLINE_MS = 300_000;
const LONGEST_PAUSE_MS = 40;

/**
 * Runs `action` while no other process on this machine runs one for the same folder. The kernel owns the lock, so a
 * killed process never leaves it behind.
 * @param folder its real path; the folder itself need not exist
 * @throws DatabaseError EMBEDDED when another process keeps the lock for five minutes
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

function acquire(folder: string): Promise<Release> {
  const taken = new DatabaseError(
    'EMBEDDED',
    `Another process has been starting or stopping PostgreSQL in ${folder} for five minutes. Stop it, then try again.`,
  );
  const attempt = async (): Promise<Release> => {
    const release = await (process.platform === 'darwin' ? lockFile(folder) : bindName(folder));
    if (release === null) throw taken;
    return release;
  };
  return retry(attempt, {
    clock: systemClock,
    random: Math.random,
    deadlineMs: DEADLINE_MS,
    longestPauseMs: LONGEST_PAUSE_MS,
    isRetryable: (error) => error === taken,
  });
}

/** Linux's abstract sockets and Windows' named pipes have no file and one owner, and disappear when the owner exits. */
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

/** The flags with which macOS' open(2) also takes a flock; Node has no constant for the first. */
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
