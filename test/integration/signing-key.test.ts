import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { SigningKey } from '../../src/auth/tokens/signing-key.js';
import { loadConfig } from '../../src/config/load-config.js';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'movie-pipeline-test-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

function signingKey(env: Record<string, string> = {}): SigningKey {
  return new SigningKey(loadConfig({ DATA_DIR: join(folder, 'data'), ...env }, { tmdbKey: false }));
}

it('with JWT_SECRET, that is the signing key and no file is written', async () => {
  const secret = 'only-for-tests-0f7c2e9a4b6d8135e1';
  await expect(signingKey({ JWT_SECRET: secret }).get()).resolves.toBe(secret);
  await expect(readdir(folder)).resolves.toEqual([]);
});

it('without JWT_SECRET, processes that start together share one new key in a file only its owner can read', async () => {
  const keys = await Promise.all(Array.from({ length: 20 }, () => signingKey().get()));
  expect(new Set(keys).size).toBe(1);
  expect(keys[0]).toMatch(/^[\w-]{64}$/);
  const file = join(folder, 'data', 'jwt-secret');
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(await readFile(file, 'utf8')).toBe(keys[0]);
  expect(await readdir(join(folder, 'data'))).toEqual(['jwt-secret']);
  await expect(signingKey().get()).resolves.toBe(keys[0]);
});

it('a truncated key file is refused with the way to replace it', async () => {
  await signingKey().get();
  await writeFile(join(folder, 'data', 'jwt-secret'), '');
  await expect(signingKey().get()).rejects.toThrow(/holds no valid signing key\. Delete it/);
});
