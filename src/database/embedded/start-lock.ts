import { randomUUID } from 'node:crypto';
import { link, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { retry } from '../../common/retry.js';
import { systemClock } from '../../common/system-clock.js';
import { DatabaseError } from '../errors/database-error.js';

/** Longer than initdb and crash recovery take on a slow disk. */
const DEADLINE_MS = 300_000;
const LONGEST_PAUSE_MS = 40;
const RENEW_MS = 1_000;
/** A file that was not renewed for so long belongs to a process that was killed. */
const LEASE_MS = 10_000;

/**
 * Runs `action` while no other process runs one for the same folder. The lock is a file in the folder, so that only
 * those who may write there can hold it.
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
  const file = join(folder, 'start.lock');
  const taken = new DatabaseError(
    'EMBEDDED',
    `Another process has been starting or stopping PostgreSQL in ${folder} for five minutes. Stop it, then try again.`,
  );
  const attempt = async (): Promise<Release> => {
    const release = await create(file);
    if (release !== null) return release;
    await removeExpired(file);
    throw taken;
  };
  return retry(attempt, {
    clock: systemClock,
    random: Math.random,
    deadlineMs: DEADLINE_MS,
    longestPauseMs: LONGEST_PAUSE_MS,
    isRetryable: (error) => error === taken,
  });
}

/** The hard link is atomic, and the file is never seen without its owner. Null: another process has the lock. */
async function create(file: string): Promise<Release | null> {
  const owner = randomUUID();
  const draft = `${file}.${owner}`;
  try {
    await writeFile(draft, owner, { mode: 0o600 });
    await link(draft, file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return null;
    // The folder was deleted: there is nothing to lock, and a shutdown goes on without it.
    if (code === 'ENOENT') return () => Promise.resolve();
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
  const renewal = setInterval(() => {
    const now = new Date();
    utimes(file, now, now).catch(() => undefined);
  }, RENEW_MS).unref();
  return async () => {
    clearInterval(renewal);
    if ((await readOwner(file)) === owner) await rm(file, { force: true });
  };
}

async function removeExpired(file: string): Promise<void> {
  const owner = await readOwner(file);
  const renewed = await stat(file).catch(() => null);
  if (owner === null || renewed === null || Math.abs(Date.now() - renewed.mtimeMs) < LEASE_MS) return;
  const removed = `${file}.${randomUUID()}`;
  await rename(file, removed).catch(() => undefined);
  // Another process may have replaced the expired file meanwhile.
  const current = await readOwner(removed);
  if (current !== null && current !== owner) await link(removed, file).catch(() => undefined);
  await rm(removed, { force: true });
}

async function readOwner(file: string): Promise<string | null> {
  return readFile(file, 'utf8').catch(() => null);
}
