import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NestExpressApplication } from '@nestjs/platform-express';
import request from 'supertest';
import { loadConfig } from '../../src/config/load-config.js';
import { Sandbox, type SandboxOptions } from '../../src/sandbox/sandbox.js';
import { createApp, serve } from '../../src/serve.js';
import { createTestDatabase, type TestDatabase } from './test-database.js';

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: unknown;
  readonly text: string;
}

/** The service as `npm start` makes it, listening on a free port, with a sandbox and a database of its own. */
export interface TestApp {
  readonly app: NestExpressApplication;
  readonly url: string;
  readonly sandbox: Sandbox;
  readonly database: TestDatabase;
  /** Fails when the answer has another status. */
  get(path: string, status?: number): Promise<HttpAnswer>;
  close(): Promise<void>;
}

const ANY_KEY = '0'.repeat(32);

export async function startTestApp(
  env: Readonly<Record<string, string>> = {},
  catalogue: SandboxOptions = { films: 500 },
): Promise<TestApp> {
  const [database, sandbox, dataDir] = await Promise.all([
    createTestDatabase(),
    Sandbox.start(catalogue),
    mkdtemp(join(tmpdir(), 'movie-pipeline-test-')),
  ]);
  const config = loadConfig(
    {
      TMDB_API_KEY: ANY_KEY,
      TMDB_BASE_URL: sandbox.url,
      TMDB_REQUESTS_PER_SECOND: '100000',
      DATABASE_URL: database.url,
      DATA_DIR: dataDir,
      JWT_SECRET: 'only-for-tests-'.repeat(3),
      PORT: '0',
      LOG_LEVEL: 'fatal',
      ...env,
    },
    { tmdbKey: true },
  );
  const app = await createApp(config);
  const url = await serve(app, config.http);
  return {
    app,
    url,
    sandbox,
    database,
    get: async (path, status = 200) => request(url).get(path).expect(status),
    close: async () => {
      await app.close();
      await sandbox.stop();
      await database.drop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
