import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import request, { type Response } from 'supertest';
import { startTestApp, type TestApp } from '../support/test-app.js';

const ORIGIN = 'https://movies.example';
const PROBLEM = 'application/problem+json; charset=utf-8';

let service: TestApp;

beforeAll(async () => {
  service = await startTestApp({ CORS_ORIGINS: ORIGIN, TRUST_PROXY: 'loopback' });
});

afterAll(async () => {
  await service.close();
});

/** Bodies are read before tokens, so that every route answers alike. */
function trigger(): request.Test {
  return request(service.url).post('/pipeline/run');
}

function login(): request.Test {
  return request(service.url).post('/auth/login');
}

function isProblem(response: Response, status: number, detail: string): void {
  expect([response.status, response.headers['content-type']]).toEqual([status, PROBLEM]);
  expect(response.body).toMatchObject({ status, detail: expect.stringContaining(detail) });
}

describe('a body', () => {
  it('a body of malformed JSON gets a 400 that names the syntax error', async () => {
    isProblem(
      await login().type('json').send('{"username": "root",'),
      400,
      'The body is not valid: Expected double-quoted property name in JSON',
    );
  });

  it('a body of more than 100 kB gets a 413', async () => {
    const body = { update_type: 'x'.repeat(101 * 1024) };
    isProblem(await trigger().send(body), 413, 'The body is too large. At most 100 kB');
  });

  it.each(['text/plain', 'application/xml', 'multipart/form-data; boundary=x'])(
    'a body of type %s gets a 415 that names the accepted type',
    async (type) => {
      isProblem(await login().set('Content-Type', type).send('username=root'), 415, 'application/json');
    },
  );

  it.each([
    ['POST', '/pipeline/run', '{"update_type": "quick"}'],
    ['POST', '/pipeline/run', 'update_type=quick'],
    ['POST', '/auth/login', '{"username": "root", "password": "correct horse battery"}'],
    ['PATCH', '/pipeline/scheduler/jobs/daily_update', '{"enabled": false}'],
  ] as const)(
    '%s %s of %s as curl -d sends it gets a 415 that names the header',
    async (method, path, body) => {
      for (const headers of [{ 'Content-Type': 'application/x-www-form-urlencoded' }, {}]) {
        const response = await fetch(new URL(path, service.url), {
          method,
          headers,
          body: Buffer.from(body),
        });
        const text = await response.text();
        expect([response.status, JSON.parse(text)]).toEqual([
          415,
          expect.objectContaining({
            detail: expect.stringContaining('the header "Content-Type: application/json"'),
          }),
        ]);
        expect(text).not.toContain('horse');
      }
    },
  );

  it('a body in an unsupported charset or compression gets a 415', async () => {
    for (const [name, value] of [
      ['Content-Type', 'application/json; charset=koi-8'],
      ['Content-Encoding', 'lzma'],
    ] as const) {
      isProblem(await login().type('json').set(name, value).send('{}'), 415, 'UTF-8');
    }
  });

  it('a deeply nested body gets a 400', async () => {
    const deep = '['.repeat(40_000) + ']'.repeat(40_000);
    isProblem(await trigger().type('json').send(`{"a":${deep}}`), 400, 'nested more than 20 levels');
    isProblem(
      await trigger()
        .type('json')
        .send(`{"username":${deep.slice(100, -100)}}`),
      400,
      'nested',
    );
  });

  it('a body with NUL bytes or prototype keys gets a 400', async () => {
    isProblem(await login().send({ username: 'ro\0ot', password: 'x' }), 400, 'NUL');
    isProblem(await login().type('form').send('username=root&password=%00'), 400, 'NUL');
    isProblem(await login().type('json').send('{"__proto__":{"a":1},"constructor":{}}'), 400, 'username');
  });

  it('all faults of a body are reported together', async () => {
    const response = await login().send({ username: 1, color: 'red' });
    expect((response.body as { errors: string[] }).errors).toEqual(
      expect.arrayContaining([
        'property color should not exist',
        expect.stringContaining('username'),
        expect.stringContaining('password'),
      ]),
    );
  });
});

describe('a path and a method', () => {
  it('an unknown path gets a 404 that does not repeat the query', async () => {
    const response = await request(service.url).delete('/nowhere?token=secret');
    isProblem(response, 404, 'There is no DELETE /nowhere. GET /docs lists the routes.');
    expect(response.text).not.toContain('secret');
  });

  it('a path that cannot be decoded gets a 400', async () => {
    isProblem(await request(service.url).get('/pipeline/runs/%ff'), 400, 'decode');
  });

  it.each([
    ['delete', '/pipeline/status', 'GET, HEAD, OPTIONS'],
    ['put', '/pipeline/runs/1', 'GET, HEAD, OPTIONS'],
    ['get', '/auth/login', 'POST, OPTIONS'],
    ['patch', '/Health/', 'GET, HEAD, OPTIONS'],
    ['post', '/openapi.json', 'GET, HEAD, OPTIONS'],
  ] as const)('%s %s gets a 405 that names the allowed methods', async (method, path, allowed) => {
    const response = await request(service.url)[method](path);
    const methods = allowed.split(', ').filter((name) => !['HEAD', 'OPTIONS'].includes(name));
    isProblem(response, 405, `is not allowed on ${path}; use ${methods.join(' or ')}.`);
    expect(response.headers.allow).toBe(allowed);
  });

  it('HEAD gets the response of GET without its body', async () => {
    for (const path of ['/pipeline/runs', '/pipeline/runs/1', '/health', '/docs', '/openapi.json']) {
      const [head, get] = [await request(service.url).head(path), await request(service.url).get(path)];
      expect([path, head.status, head.headers['content-type']]).toEqual([
        path,
        get.status,
        get.headers['content-type'],
      ]);
      expect(head.text).toBeUndefined();
    }
  });

  it('a method that HTTP does not have gets a 400', async () => {
    const socket = connect(Number(new URL(service.url).port), '127.0.0.1');
    socket.end('BREW /coffee HTTP/1.1\r\nHost: x\r\n\r\n');
    const answer: Buffer[] = [];
    for await (const chunk of socket) answer.push(chunk as Buffer);
    expect(Buffer.concat(answer).toString()).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
  });
});

describe('pages of another origin', () => {
  it('a page of an origin in CORS_ORIGINS may send and read the headers of the API', async () => {
    const preflight = await request(service.url)
      .options('/pipeline/runs')
      .set({ Origin: ORIGIN, 'Access-Control-Request-Method': 'GET' })
      .expect(204);
    expect(preflight.headers).toMatchObject({
      'access-control-allow-origin': ORIGIN,
      'access-control-allow-headers':
        'Authorization,Content-Type,Idempotency-Key,If-None-Match,Last-Event-ID,X-Request-Id',
    });
    const answer = await request(service.url).get('/pipeline/runs').set('Origin', ORIGIN);
    expect(answer.headers).toMatchObject({
      'access-control-allow-origin': ORIGIN,
      'access-control-expose-headers': 'ETag,Link,Location,Retry-After,X-Request-Id',
    });
  });

  it('a page of any other origin may not call the API', async () => {
    const { headers } = await request(service.url)
      .get('/pipeline/runs')
      .set('Origin', 'https://evil.example');
    expect(headers['access-control-allow-origin']).not.toBe('https://evil.example');
    expect(headers['access-control-allow-origin']).not.toBe('*');
  });

  it('no page of another origin may call the API by default', async () => {
    const closed = await startTestApp();
    const { headers } = await request(closed.url).get('/pipeline/runs').set('Origin', ORIGIN);
    const options = await request(closed.url).options('/pipeline/runs').set('Origin', ORIGIN);
    await closed.close();
    expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
    expect([options.status, options.headers.allow]).toEqual([204, 'GET, HEAD, OPTIONS']);
    expect(Object.keys(options.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
  });
});

describe('every answer', () => {
  it('no response may be stored, or names the software of the server', async () => {
    for (const path of [
      '/pipeline/status',
      '/pipeline/runs/1',
      '/nowhere',
      '/health',
      '/docs',
      '/openapi.json',
    ]) {
      const { headers } = await request(service.url).get(path);
      expect([path, headers['cache-control'], headers['x-powered-by'], headers.etag]).toEqual([
        path,
        'no-store',
        undefined,
        undefined,
      ]);
      expect(headers['content-security-policy']).toContain("default-src 'none';script-src 'self';");
      expect(headers['x-content-type-options']).toBe('nosniff');
    }
  });

  it('every response has an X-Request-Id, which is that of the request where it is valid', async () => {
    const given = await request(service.url).get('/health/live').set('X-Request-Id', 'trace-1.a:b_c');
    expect(given.headers['x-request-id']).toBe('trace-1.a:b_c');
    for (const bad of ['', 'x'.repeat(129), 'a b', '{"a":1}', 'é']) {
      const { headers } = await request(service.url).get('/nowhere').set('X-Request-Id', bad);
      expect(headers['x-request-id']).toMatch(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/);
    }
  });
});
