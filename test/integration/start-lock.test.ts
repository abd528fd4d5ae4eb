import { chmod, mkdtemp, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { withStartLock } from '../../src/database/embedded/start-lock.js';

let folder: string;
let file: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'movie-pipeline-test-'));
  file = join(folder, 'start.lock');
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

it('one process at a time has the start lock, and it leaves nothing behind', async () => {
  let inside = 0;
  const results = await Promise.all(
    Array.from({ length: 10 }, (_, index) =>
      withStartLock(folder, async () => {
        inside += 1;
        expect(inside).toBe(1);
        await stat(file);
        inside -= 1;
        return index;
      }),
    ),
  );
  expect(results).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect(await readdir(folder)).toEqual([]);
});

it.each([-3_600, 3_600])(
  'a start lock that was last renewed %i s from now is taken over',
  async (seconds) => {
    const renewed = Date.now() / 1_000 + seconds;
    await writeFile(file, 'a process that was killed');
    await utimes(file, renewed, renewed);
    await expect(withStartLock(folder, () => Promise.resolve('done'))).resolves.toBe('done');
    expect(await readdir(folder)).toEqual([]);
  },
);

it('a process that lost the start lock does not release that of its successor', async () => {
  await withStartLock(folder, () => writeFile(file, 'the successor'));
  expect(await readdir(folder)).toEqual(['start.lock']);
});

it('a process can still leave a folder that was deleted', async () => {
  await expect(withStartLock(join(folder, 'gone'), () => Promise.resolve('left'))).resolves.toBe('left');
});

it('only the owner can read the file of the start lock', async () => {
  await chmod(folder, 0o755);
  const { mode } = await withStartLock(folder, () => stat(file));
  expect(mode & 0o777).toBe(0o600);
});
