import { setMaxListeners } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Validator } from '@seriousme/openapi-schema-validator';
import type { AnySchemaObject } from 'ajv';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { UsersService } from '../../src/auth/users/users.service.js';
import { Exporter } from '../../src/export/exporter.js';
import { Snapshots } from '../../src/export/snapshots.js';
import { type ApiDocument, ContractChecker, operationsOf } from '../support/contract-checker.js';
import { passTime } from '../support/pass-time.js';
import { json, ScriptedServer } from '../support/scripted-server.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { until } from '../support/until.js';

const PASSWORD = 'correct horse battery';

let service: TestApp;
let provider: ScriptedServer;
let document: ApiDocument;
let checker: ContractChecker;
let exportFolder: string;
let admin: string;
let viewer: string;

beforeAll(async () => {
  exportFolder = await mkdtemp(join(tmpdir(), 'movie-pipeline-test-'));
  // It is down until a test repairs it.
  provider = await ScriptedServer.start();
  provider.script(json(500, {}));
  service = await startTestApp({
    TRUST_PROXY: 'loopback',
    JWT_JWKS_URL: provider.url,
    JWT_ISSUER: 'https://issuer.example',
    JWT_AUDIENCE: 'movies',
    EXPORT_DIR: exportFolder,
  });
  document = (await service.get('/openapi.json')).body as ApiDocument;
  checker = new ContractChecker(service.url, document);
  const users = service.app.get(UsersService);
  await users.add('root', PASSWORD, 'admin');
  await users.add('guest', PASSWORD, 'viewer');
  admin = await users.token('root', 600);
  viewer = await users.token('guest', 600);
});

afterAll(async () => {
  await service.close();
  await provider.stop();
  await rm(exportFolder, { recursive: true });
});

describe('the OpenAPI document', () => {
  it('the OpenAPI document is valid', async () => {
    const result = await new Validator().validate(
      structuredClone(document) as unknown as Record<string, unknown>,
    );
    expect(result.errors).toBeUndefined();
    expect(result.valid).toBe(true);
  });

  it('every operation has an id, a summary, one tag and described responses', () => {
    const operations = operationsOf(document);
    const ids = operations.map(({ operation }) => operation.operationId ?? '');
    expect(new Set(ids).size).toBe(ids.length);
    for (const { method, path, operation } of operations) {
      const where = `${method} ${path}`;
      expect([where, operation.operationId]).toEqual([where, expect.stringMatching(/^[a-z][a-zA-Z]+$/)]);
      expect([where, operation.summary]).toEqual([where, expect.stringMatching(/\w+/)]);
      expect([where, operation.tags?.length]).toEqual([where, 1]);
      for (const [status, { description }] of Object.entries(operation.responses)) {
        expect([where, status, description]).toEqual([where, status, expect.stringMatching(/\w+/)]);
      }
    }
  });

  it('every field and every parameter has a type and a description or an example', () => {
    const bare: string[] = [];
    for (const [name, { properties = {} }] of Object.entries(document.components.schemas)) {
      for (const [field, schema] of Object.entries(properties as Record<string, AnySchemaObject>)) {
        if (!isTyped(schema) || !hasMeaning(schema)) bare.push(`${name}.${field}`);
      }
    }
    for (const { path, operation } of operationsOf(document)) {
      for (const parameter of operation.parameters ?? []) {
        if (!isTyped(parameter.schema) || !hasMeaning(parameter)) bare.push(`${path} ${parameter.name}`);
      }
      const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      const described = (operation.parameters ?? []).filter((parameter) => parameter.in === 'path');
      expect([path, described.map(({ name }) => name)]).toEqual([path, named]);
    }
    expect(bare).toEqual([]);
  });

  it('every enumeration is a named schema', () => {
    const nameless: string[] = [];
    for (const [name, { properties = {} }] of Object.entries(document.components.schemas)) {
      for (const [field, { enum: values }] of Object.entries(properties as Record<string, AnySchemaObject>)) {
        if (Array.isArray(values) && values.length > 1) nameless.push(`${name}.${field}`);
      }
    }
    expect(nameless).toEqual([]);
  });

  it('exactly the operations that are documented as guarded reject a request without a token', async () => {
    for (const { method, path, operation } of operationsOf(document)) {
      const { status, body } = await fetch(`${service.url}${path.replaceAll(/\{\w+\}/g, '1')}`, {
        method: method.toUpperCase(),
      });
      await body?.cancel();
      const isGuarded = operation.security !== undefined;
      const isLogin = path === '/auth/login';
      expect([method, path, status === 401]).toEqual([method, path, isGuarded && !isLogin]);
    }
  });
});

/** Every documented response occurs here; `request` throws for one that is undocumented or violates its schema. */
describe('the responses', () => {
  it('the responses of logging in are as documented', async () => {
    const login = (fields: object, address = '192.0.2.1'): Promise<{ status: number }> =>
      checker.request('post', '/auth/login', { body: fields, headers: { 'X-Forwarded-For': address } });
    const good = { username: 'root', password: PASSWORD };
    expect((await login(good)).status).toBe(200);
    const form = 'grant_type=password&username=root&password=correct+horse+battery';
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded' };
    expect((await checker.request('post', '/auth/login', { body: form, headers })).status).toBe(200);
    expect((await login({ username: 'root', password: '' })).status).toBe(400);
    expect(
      (await checker.request('post', '/auth/login', { body: 'x', headers: { 'Content-Type': 'text/plain' } }))
        .status,
    ).toBe(415);
    for (let n = 0; n < 10; n++) {
      expect((await login({ username: `nobody${n}`, password: 'x' }, '192.0.2.2')).status).toBe(401);
    }
    expect((await login(good, '192.0.2.2')).status).toBe(429);
    const crowd = await Promise.all(
      Array.from({ length: 100 }, (_, n) =>
        login({ username: `crowd${n}`, password: 'x' }, `203.0.113.${n}`),
      ),
    );
    expect(new Set(crowd.map(({ status }) => status))).toEqual(new Set([401, 503]));
    expect((await checker.request('post', '/auth/login', { body: '{' })).status).toBe(400);
    expect((await checker.request('post', '/auth/login', { body: 'x'.repeat(200_000) })).status).toBe(413);
    for (const [name, value, status] of [
      ['Content-Type', 'text/plain', 415],
      ['Origin', 'https://evil.example', 403],
    ] as const) {
      const answer = await checker.request('post', '/auth/login', { body: good, headers: { [name]: value } });
      expect(answer.status).toBe(status);
    }
  });

  it('the responses to valid, invalid and insufficient tokens are as documented', async () => {
    expect((await checker.request('get', '/auth/audit', { token: admin })).status).toBe(200);
    expect((await checker.request('get', '/auth/audit?limit=0', { token: admin })).status).toBe(400);
    expect((await checker.request('get', '/auth/me', { token: viewer })).body).toEqual({
      username: 'guest',
      role: 'viewer',
    });
    const external = await new SignJWT({ role: 'admin' })
      .setProtectedHeader({ alg: 'ES256', kid: 'one' })
      .setIssuer('https://issuer.example')
      .setAudience('movies')
      .setSubject('ann')
      .setExpirationTime('5m')
      .sign((await generateKeyPair('ES256')).privateKey);
    for (const { method, path, operation } of operationsOf(document)) {
      const ask = async (token?: string): Promise<[string, number]> => {
        const { status } = await checker.request(
          method,
          path.replaceAll(/\{\w+\}/g, '1'),
          token === undefined ? {} : { token },
        );
        return [`${method} ${path}`, status];
      };
      const where = `${method} ${path}`;
      if (operation.security === undefined) continue;
      expect(await ask()).toEqual([where, 401]);
      expect(await ask('rubbish')).toEqual([where, 401]);
      expect(await ask(external)).toEqual([where, 503]);
      if ('403' in operation.responses) expect(await ask(viewer)).toEqual([where, 403]);
    }
  });

  it('the responses of changing the password and of logging out are as documented', async () => {
    const change = async (token: string, next: unknown, headers = {}): Promise<number> => {
      const body = typeof next === 'string' ? { current_password: PASSWORD, new_password: next } : 'x';
      return (await checker.request('post', '/auth/password', { token, body, headers })).status;
    };
    const logout = async (token: string): Promise<number> =>
      (await checker.request('post', '/auth/logout', { token })).status;
    const users = service.app.get(UsersService);
    await users.add('ann', PASSWORD, 'viewer');
    const token = await users.token('ann', 600);
    expect(await change(token, 'password1234')).toBe(400);
    expect(await change(token, 'x'.repeat(200_000))).toBe(413);
    expect(await change(token, null, { 'Content-Type': 'text/plain' })).toBe(415);
    expect(await change(token, 'staple mantle orbit velvet')).toBe(200);
    expect(await logout(await users.token('ann', 600))).toBe(204);

    const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true });
    provider.script(json(200, { keys: [{ ...(await exportJWK(publicKey)), kid: 'one', alg: 'ES256' }] }));
    passTime(service.app, 30_000);
    const external = await new SignJWT({ role: 'admin' })
      .setProtectedHeader({ alg: 'ES256', kid: 'one' })
      .setIssuer('https://issuer.example')
      .setAudience('movies')
      .setSubject('ann')
      .setExpirationTime('5m')
      .sign(privateKey);
    expect([await change(external, PASSWORD), await logout(external)]).toEqual([409, 409]);

    const guesser = await users.token('ann', 600);
    for (let n = 0; n < 10; n++) expect(await change(guesser, 'staple mantle orbit velvet')).toBe(400);
    expect(await change(guesser, PASSWORD)).toBe(429);
  });

  it('the responses of triggering, watching and cancelling a run are as documented', async () => {
    service.sandbox.setFaults({ hung: 1 });
    const key = { 'Idempotency-Key': 'one' };
    const trigger = async (body: unknown, headers = {}): Promise<number> =>
      (await checker.request('post', '/pipeline/run', { body, token: admin, headers })).status;
    expect(await trigger({}, key)).toBe(202);
    expect(await trigger({})).toBe(409);
    expect(await trigger({ update_type: 'full' }, key)).toBe(422);
    expect(await trigger({ update_type: 'weekly' })).toBe(400);
    expect(await trigger('x'.repeat(200_000))).toBe(413);
    expect(await trigger('quick', { 'Content-Type': 'text/plain' })).toBe(415);

    await service.database.query(
      `UPDATE pipeline_runs SET waiting = '{"for": "slow", "message": "TMDB is slow.", "until": "2999-01-01T00:00:00Z"}'`,
    );
    const isWaiting = async (): Promise<boolean> => {
      const { body } = await checker.request('get', '/pipeline/status');
      return ((body as { current_run: { waiting: unknown } | null }).current_run?.waiting ?? null) !== null;
    };
    await until(isWaiting, { deadlineMs: 10_000, what: 'the status shows the wait' });
    expect(await trigger({})).toBe(409);
    await openTooManyStreams();

    const cancel = async (id: string): Promise<number> =>
      (await checker.request('post', `/pipeline/runs/${id}/cancel`, { token: admin })).status;
    expect(await cancel('0')).toBe(400);
    expect(await cancel('4711')).toBe(404);
    expect(await cancel('1')).toBe(202);
    await service.end(1);
    expect(await cancel('1')).toBe(409);
    service.sandbox.setFaults({});
  });

  /** 10 streams of both kinds from each of 10 addresses, one more from one of them, and one from yet another. */
  async function openTooManyStreams(): Promise<void> {
    const over = new AbortController();
    setMaxListeners(0, over.signal);
    const listen = async (address: string, path = '/pipeline/runs/1/events'): Promise<number> => {
      const headers = { 'X-Forwarded-For': address };
      return (await checker.request('get', path, { headers, signal: over.signal })).status;
    };
    expect(await listen('198.51.100.1', '/pipeline/events')).toBe(200);
    for (let host = 1; host <= 10; host++) {
      const streams = host === 1 ? 9 : 10;
      const statuses = await Promise.all(Array.from({ length: streams }, () => listen(`198.51.100.${host}`)));
      expect(new Set(statuses)).toEqual(new Set([200]));
    }
    for (const path of ['/pipeline/events', '/pipeline/runs/1/events']) {
      expect([await listen('198.51.100.1', path), await listen('198.51.100.11', path)]).toEqual([429, 503]);
    }
    over.abort();
  }

  it('the responses about runs are as documented', async () => {
    expect(await service.post('/pipeline/run')).toMatchObject({ status: 202 });
    await service.end(2);
    const runs = ['', '/history', '/1', '/2'].map((more) => `/pipeline/runs${more}`);
    for (const path of ['/pipeline/status', ...runs]) {
      for (const token of [{}, { token: admin }]) {
        expect((await checker.request('get', path, token)).status).toBe(200);
      }
    }
    expect((await checker.request('get', '/pipeline/runs?limit=0')).status).toBe(400);
    expect((await checker.request('get', '/pipeline/runs/history?days=0')).status).toBe(400);
    for (const more of ['', '/events']) {
      expect((await checker.request('get', `/pipeline/runs/0${more}`)).status).toBe(400);
      expect((await checker.request('get', `/pipeline/runs/4711${more}`)).status).toBe(404);
    }
    expect((await checker.request('post', '/pipeline/runs/2/cancel', { token: admin })).status).toBe(409);
    const response = await checker.request('get', '/pipeline/runs/2/events', {
      headers: { 'Last-Event-ID': 'end' },
    });
    expect(response.status).toBe(204);
    expect((await checker.request('get', '/pipeline/runs/2/events')).body).toContain('event: end\n');
  });

  it('the responses about failing movies are as documented', async () => {
    await service.database.query(`
      UPDATE movies SET enrich_failures = 2, enrich_tried_at = now(), enrich_retry_at = now();
      INSERT INTO pipeline_run_errors (run_id, movie_id, code, message, occurred_at)
        SELECT 2, min(id), 'timeout', 'TMDB took longer.', now() FROM movies`);
    const { status, body } = await checker.request('get', '/pipeline/failing?limit=100');
    expect(status).toBe(200);
    expect((body as { last_error: unknown }[]).filter((movie) => movie.last_error !== null)).toHaveLength(1);
    expect((await checker.request('get', '/pipeline/failing?limit=0')).status).toBe(400);
  });

  it('the responses about movies that are gone are as documented', async () => {
    await service.database.query(
      'UPDATE movies SET gone_at = now() WHERE id IN (SELECT id FROM movies LIMIT 2)',
    );
    const { status, body } = await checker.request('get', '/pipeline/gone?limit=1');
    await service.database.query('UPDATE movies SET gone_at = NULL');
    expect([status, body]).toEqual([200, [expect.objectContaining({ movie_id: expect.any(Number) })]]);
    expect((await checker.request('get', '/pipeline/gone?limit=0')).status).toBe(400);
  });

  it('the response about the coverage is as documented', async () => {
    expect((await checker.request('get', '/pipeline/coverage')).status).toBe(200);
  });

  it('the responses about the exports are as documented', async () => {
    const options = { formats: ['csv'], gzip: false, signal: new AbortController().signal } as const;
    await service.app
      .get(Exporter)
      .export(exportFolder, options, (written, manifest) =>
        service.app.get(Snapshots).publish(exportFolder, written, manifest),
      );
    const list = await checker.request('get', '/exports');
    const listHeaders = { 'If-None-Match': list.headers.get('etag')! };
    expect((await checker.request('get', '/exports', { headers: listHeaders })).status).toBe(304);
    const url = (list.body as { files: { url: string }[] }[])[0]!.files[0]!.url;
    const statusFor = async (headers: Record<string, string>): Promise<number> =>
      (await checker.request('get', url, { headers })).status;
    const { headers } = await checker.request('get', url);
    expect(await statusFor({ Range: 'bytes=0-9' })).toBe(206);
    expect(await statusFor({ 'If-None-Match': headers.get('etag')! })).toBe(304);
    expect(await statusFor({ Range: 'bytes=999999999-' })).toBe(416);
    expect((await checker.request('get', '/exports/20200101T000000Z/movies.csv')).status).toBe(404);
  });

  it('the responses about movies are as documented', async () => {
    await service.database.query('UPDATE movie_titles_fill SET finished_at = NULL');
    for (const path of ['/search/movies?q=the', '/suggest?q=the']) {
      expect([path, (await checker.request('get', path)).status]).toEqual([path, 503]);
    }
    await service.database.query('UPDATE movie_titles_fill SET finished_at = now()');
    await service.database.query(`
      INSERT INTO genres VALUES (18, 'Drama') ON CONFLICT DO NOTHING;
      UPDATE movies SET imdb_id = 'tt0137523', similar_movie_ids = jsonb_build_array((SELECT max(id) FROM movies))
      WHERE id = (SELECT min(id) FROM movies)`);
    const [first] = await service.database.query<{ id: number }>('SELECT min(id) AS id FROM movies');
    const get = async (path: string, headers = {}): Promise<{ status: number; headers: Headers }> =>
      checker.request('get', path, { headers });
    const one = ['/movies/imdb/tt0137523', `/movies/${first?.id ?? 0}`, `/movies/${first?.id ?? 0}/similar`];
    const searches = ['/search/movies?q=the', '/suggest?q=the'];
    for (const path of ['/movies', '/lists', '/lists/popular', '/genres', ...one, ...searches]) {
      const { status, headers } = await get(path);
      expect([path, status]).toEqual([path, 200]);
      expect((await get(path, { 'If-None-Match': headers.get('etag') ?? '' })).status).toBe(304);
    }
    for (const path of [
      '/movies?limit=0',
      '/lists/popular?limit=0',
      '/movies/imdb/603',
      '/movies/0',
      '/movies/0/similar',
      '/search/movies?q=',
      '/suggest?q=',
    ]) {
      expect([path, (await get(path)).status]).toEqual([path, 400]);
    }
    for (const path of ['/movies/imdb/tt0000001', '/movies/4711', '/movies/4711/similar']) {
      expect([path, (await get(path)).status]).toEqual([path, 404]);
    }
  });

  it('the responses about the schedules are as documented', async () => {
    const change = async (job: string, body?: unknown, headers = {}): Promise<number> =>
      (await checker.request('patch', `/pipeline/scheduler/jobs/${job}`, { token: admin, body, headers }))
        .status;
    expect(await change('quick_update', { cron: '30 */12 * * *', timezone: 'Europe/Paris' })).toBe(200);
    expect(await change('quick_update', { cron: '0 0 31 2 *' })).toBe(400);
    expect(await change('hourly_update', { enabled: false })).toBe(404);
    expect(await change('quick_update', 'x'.repeat(200_000))).toBe(413);
    expect(await change('quick_update', 'x', { 'Content-Type': 'text/plain' })).toBe(415);
    for (const action of ['stop', 'start']) {
      expect((await checker.request('post', `/pipeline/scheduler/${action}`, { token: admin })).status).toBe(
        200,
      );
    }
    expect((await checker.request('get', '/pipeline/scheduler/status', { token: viewer })).status).toBe(200);
    for (const [cron, status] of [
      ['0 3 * * *', 200],
      ['0 3 31 2 *', 400],
    ] as const) {
      const path = `/pipeline/scheduler/preview?cron=${encodeURIComponent(cron)}`;
      expect((await checker.request('get', path, { token: viewer })).status).toBe(status);
    }
  });

  it('the responses about health are as documented', async () => {
    const paths = ['/health/live', '/health/ready', '/health'];
    for (const path of paths) expect((await checker.request('get', path)).status).toBe(200);
    await service.database.query(
      `UPDATE _prisma_migrations SET finished_at = NULL WHERE migration_name LIKE '0002%'`,
    );
    passTime(service.app, 2_000);
    for (const path of paths.slice(1)) expect((await checker.request('get', path)).status).toBe(503);
    await service.database.query(
      `UPDATE _prisma_migrations SET finished_at = now() WHERE finished_at IS NULL`,
    );
  });

  it('the response to an internal error is as documented', async () => {
    await service.database.query('ALTER TABLE movies RENAME TO hidden');
    const { status } = await checker.request('get', '/pipeline/failing');
    await service.database.query('ALTER TABLE hidden RENAME TO movies');
    expect(status).toBe(500);
  });

  it('the example of each documented error is one that the service has sent', () => {
    expect(checker.unsentExamples()).toEqual([]);
  });

  it('every documented response has occurred in these tests', () => {
    expect(checker.missing()).toEqual([]);
  });
});

function isTyped(schema: AnySchemaObject): boolean {
  return ['type', '$ref', 'allOf', 'anyOf'].some((key) => key in schema);
}

function hasMeaning(described: object): boolean {
  return 'description' in described || 'example' in described;
}
