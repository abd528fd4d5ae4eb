import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { readEnvironment } from './load-config.js';

const folder = mkdtempSync(join(tmpdir(), 'movie-pipeline-secrets-'));
const none = join(folder, 'no.env');

it('a secret is read from the file that NAME_FILE names, without its line end', () => {
  const file = join(folder, 'key');
  writeFileSync(file, '\uFEFFsecret of a file\r\n');
  for (const name of ['TMDB_API_KEY', 'JWT_SECRET', 'DATABASE_URL', 'ADMIN_PASSWORD', 'ALERT_SECRET'])
    expect(readEnvironment({ [`${name}_FILE`]: file }, none)).toMatchObject({ [name]: 'secret of a file' });
});

it('a secret that is given twice, and a file that cannot be read, are named together without their values', () => {
  const env = { JWT_SECRET: 'hidden', JWT_SECRET_FILE: '/x', TMDB_API_KEY_FILE: join(folder, 'missing') };
  const read = (): unknown => readEnvironment(env, none);
  expect(read).toThrow('JWT_SECRET and JWT_SECRET_FILE are both set: remove one');
  expect(read).toThrow("TMDB_API_KEY_FILE names a file that this user can't read (ENOENT)");
  expect(read).not.toThrow('hidden');
});
