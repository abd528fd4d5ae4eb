import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NestExpressApplication } from '@nestjs/platform-express';
import request from 'supertest';
import { randomPassword, UsersService } from '../../src/auth/users/users.service.js';
import { loadConfig } from '../../src/config/load-config.js';
import { Sandbox, type SandboxOptions } from '../../src/sandbox/sandbox.js';
import { createApp, serve } from '../../src/app/bootstrap.js';
import { createTestDatabase, type TestDatabase } from './test-database.js';

export interface HttpResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: unknown;
  readonly text: string;
}

export interface ReceivedEvent {
  readonly kind: string;
  readonly id: string;
  readonly data: Record<string, unknown>;
}

/** The service as `npm start` runs it, on a free port, with its own sandbox and database. */
export interface TestApp {
  readonly app: NestExpressApplication;
  readonly url: string;
  readonly sandbox: Sandbox;
  readonly database: TestDatabase;
  /** Throws when the response has another status. */
  get(path: string, status?: number): Promise<HttpResponse>;
  /** Sends the token of an admin. */
  post(path: string, body?: object, headers?: Readonly<Record<string, string>>): Promise<HttpResponse>;
  /** The events of a run until it ends. */
  events(runId: number): AsyncGenerator<ReceivedEvent>;
  /** Waits for the end of a run, and returns its details. */
  end(runId: number): Promise<Record<string, unknown>>;
  close(): Promise<void>;
}

const ANY_KEY = '0'.repeat(32);

export async function startTestApp(
  env: Readonly<Record<string, string>> = {},
  catalogue: SandboxOptions = { movies: 500, people: 3 },
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
      TMDB_EXPORT_URL: sandbox.exportUrl,
      TMDB_REQUESTS_PER_SECOND: '100000',
      DATABASE_URL: database.url,
      DATA_DIR: dataDir,
      JWT_SECRET: 'only-for-tests-0f7c2e9a4b6d8135e1',
      PORT: '0',
      LOG_LEVEL: 'fatal',
      // A scheduled run during a test would be unexpected.
      SCHEDULER_ENABLED: 'false',
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
    ...asAdmin(app, url),
    get: async (path, status = 200) => request(url).get(path).expect(status),
    close: async () => {
      await app.close();
      await sandbox.stop();
      await database.drop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

function asAdmin(app: NestExpressApplication, url: string): Pick<TestApp, 'post' | 'events' | 'end'> {
  let token: Promise<string> | null = null;
  const makeToken = async (): Promise<string> => {
    await app.get(UsersService).add('tester', randomPassword(), 'admin');
    return app.get(UsersService).token('tester', 600);
  };
  const events = (runId: number): AsyncGenerator<ReceivedEvent> =>
    eventsOf(`${url}/pipeline/runs/${runId}/events`);
  return {
    post: async (path, body, headers = {}) => {
      const authorization = `Bearer ${await (token ??= makeToken())}`;
      return request(url)
        .post(path)
        .set({ authorization, ...headers })
        .send(body);
    },
    events,
    end: async (runId) => {
      for await (const { kind, data } of events(runId)) if (kind === 'end') return data;
      throw new Error(`The events of run ${runId} stopped before its end`);
    },
  };
}

async function* eventsOf(url: string): AsyncGenerator<ReceivedEvent> {
  const response = await fetch(url);
  if (response.body === null || response.status !== 200) throw new Error(`${url}: ${response.status}`);
  let text = '';
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    const blocks = text.split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) {
      const [, kind, id, data] = /^event: (.*)\nid: (.*)\ndata: (.*)$/.exec(block) ?? [];
      if (kind !== undefined && id !== undefined && data !== undefined)
        yield { kind, id, data: JSON.parse(data) as Record<string, unknown> };
    }
  }
}
