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

const LISTENING = /"event":"http\.listening","url":"([^"]+)"/;

function startByNpm(...args: string[]): Program {
  return Program.command(args[0] === 'start' ? 'npm' : 'npx', args, {
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
}

function isAlive(url: string): Promise<boolean> {
  return fetch(new URL('/health/live', url)).then(
    ({ status }) => status === 200,
    () => false,
  );
}

describe('a service that npm starts', () => {
  it.each([
    ['npm start', 'SIGTERM'],
    ['npm start', 'SIGKILL'],
    ['npx movie-pipeline serve', 'SIGTERM'],
  ] as const)('%s ends the service when only the process of npm receives %s', async (line, signal) => {
    const npm = startByNpm(...line.split(' ').slice(1));
    const [, url = ''] = await npm.printed(LISTENING);
    expect(await isAlive(url)).toBe(true);
    expect(npm.stdout).not.toMatch(/Mapped|dependencies initialized/);
    npm.kill(signal);
    // Every process of the service has closed its output.
    await npm.end();
    expect(await isAlive(url)).toBe(false);
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
