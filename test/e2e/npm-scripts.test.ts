import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { nodeFault } from '../../scripts/node-version.mjs';
import { Program } from '../support/program.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const ROOT = join(import.meta.dirname, '..', '..');

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});

afterAll(async () => {
  await database.drop();
});

describe('npm start', () => {
  it('shuts the service down when only npm receives SIGTERM', async () => {
    const npm = Program.command('npm', ['start'], {
      cwd: ROOT,
      env: {
        DATABASE_URL: database.url,
        TMDB_API_KEY: '0'.repeat(32),
        JWT_SECRET: 'only-for-tests-0f7c2e9a4b6d8135e1',
        SCHEDULER_ENABLED: 'false',
        LOG_FILE: '',
        LOG_LEVEL: 'info',
        PORT: '0',
      },
    });
    const [, url = ''] = await npm.printed(/"event":"http\.listening","url":"([^"]+)"/);
    expect((await fetch(new URL('/health/live', url))).status).toBe(200);
    npm.kill('SIGTERM');
    expect(await npm.end()).toBe(0);
    await expect(fetch(new URL('/health/live', url))).rejects.toThrow();
  });
});

describe('the check of the Node.js version', () => {
  it.each(['22.12.0', '22.21.1', '24.0.0', '100.0.0'])('accepts %s', (version) => {
    expect(nodeFault(version)).toBeNull();
  });

  it.each(['18.20.0', '20.20.2', '22.11.0'])('rejects %s with the version that is needed', (version) => {
    expect(nodeFault(version)).toContain(`needs Node.js 22.12 or newer. This is Node.js ${version}`);
  });
});
