import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SignJWT } from 'jose';
import request from 'supertest';
import { UsersRepository } from '../../src/auth/users/users.repository.js';
import { UsersService } from '../../src/auth/users/users.service.js';
import { startTestApp, type TestApp } from '../support/test-app.js';

const PASSWORD = 'correct horse battery';
const SECRET = 'only-for-tests-'.repeat(3);

let service: TestApp;
let series: string;

beforeAll(async () => {
  service = await startTestApp({ JWT_SECRET: SECRET, ADMIN_USERNAME: 'root', ADMIN_PASSWORD: PASSWORD });
  series = (await service.app.get(UsersRepository).find('root'))!.tokenVersion;
});

afterAll(async () => {
  await service.close();
});

async function login(username = 'root', password = PASSWORD): Promise<string> {
  const response = await request(service.url).post('/auth/login').send({ username, password }).expect(200);
  return (response.body as { access_token: string }).access_token;
}

async function me(token: string): Promise<{ status: number; body: unknown }> {
  return request(service.url).get('/auth/me').set('Authorization', `Bearer ${token}`);
}

describe('logging in', () => {
  it.each(['json', 'form'])('gives a token, by %s', async (type) => {
    const fields = {
      username: 'root',
      password: PASSWORD,
      ...(type === 'form' ? { grant_type: 'password' } : {}),
    };
    const response = await request(service.url).post('/auth/login').type(type).send(fields);
    expect(response.status).toBe(200);
    expect(response.body).toEqual({
      access_token: expect.any(String),
      token_type: 'bearer',
      expires_in: 3600,
    });
    expect(await me((response.body as { access_token: string }).access_token)).toMatchObject({
      status: 200,
      body: { username: 'root', role: 'admin' },
    });
  });

  it('is refused in the same words for a wrong name and a wrong password', async () => {
    const answers = await Promise.all(
      [
        { username: 'root', password: 'wrong' },
        { username: 'nobody', password: PASSWORD },
      ].map((fields) => request(service.url).post('/auth/login').send(fields)),
    );
    expect(answers.map(({ status }) => status)).toEqual([401, 401]);
    expect(answers[0]!.body).toEqual(answers[1]!.body);
    expect(answers[0]!.headers['www-authenticate']).toBe('Bearer realm="movie-pipeline"');
  });

  it.each([
    {},
    { username: 'root' },
    { username: 'root', password: 'x'.repeat(1_001) },
    { username: ['root'], password: PASSWORD },
    { username: 'root', password: '' },
    { username: 'root', password: `${PASSWORD}\0` },
    { username: 'ro\0ot', password: PASSWORD },
    { username: 'x'.repeat(65), password: PASSWORD },
    { username: 'root', password: { $ne: '' } },
    { username: 'root', password: PASSWORD, color: 'red' },
    [],
    [{ username: 'root', password: PASSWORD }],
  ])('is a bad request with %j', async (fields) => {
    const response = await request(service.url).post('/auth/login').send(fields).expect(400);
    expect(JSON.stringify(response.body)).not.toContain(PASSWORD);
  });
});

describe('a password', () => {
  it.each([
    `{"username":"root","password":${PASSWORD}}`,
    PASSWORD,
    `{"username":"root","password":"${PASSWORD}`,
    `{"username":"root","password":["${PASSWORD}"]}`,
    `{"username":"root","password":"${PASSWORD}\\u0000"}`,
  ])('is in no answer to %s', async (body) => {
    const response = await request(service.url).post('/auth/login').type('json').send(body).expect(400);
    for (const part of PASSWORD.split(' ')) expect(response.text).not.toContain(part);
  });
});

describe('a token', () => {
  const ours = (claims: object = {}): SignJWT =>
    new SignJWT({ series, ...claims })
      .setSubject('root')
      .setIssuer('movie-pipeline')
      .setAudience('movie-pipeline')
      .setExpirationTime('1h');
  const hs = new TextEncoder().encode(SECRET);

  it('of ours opens what is guarded', async () => {
    expect((await me(await ours().setProtectedHeader({ alg: 'HS256' }).sign(hs))).status).toBe(200);
  });

  it.each<[string, () => Promise<string>]>([
    ['signed with another key', () => ours().setProtectedHeader({ alg: 'HS256' }).sign(new Uint8Array(40))],
    ['signed by another algorithm', () => ours().setProtectedHeader({ alg: 'HS512' }).sign(hs)],
    ['that is expired', () => ours().setExpirationTime(1).setProtectedHeader({ alg: 'HS256' }).sign(hs)],
    ['of another issuer', () => ours().setIssuer('x').setProtectedHeader({ alg: 'HS256' }).sign(hs)],
    ['for another audience', () => ours().setAudience('x').setProtectedHeader({ alg: 'HS256' }).sign(hs)],
    [
      'of an old password',
      () => ours({ series: randomUUID() }).setProtectedHeader({ alg: 'HS256' }).sign(hs),
    ],
    ['of nobody', () => ours().setSubject('nobody').setProtectedHeader({ alg: 'HS256' }).sign(hs)],
    [
      'that is not signed',
      () => Promise.resolve(`${part({ alg: 'none' })}.${part({ sub: 'root', series })}.`),
    ],
    ['that is rubbish', () => Promise.resolve('rubbish')],
  ])('%s is refused with 401', async (_, make) => {
    const response = await request(service.url)
      .get('/auth/me')
      .set('Authorization', `Bearer ${await make()}`);
    expect(response.status).toBe(401);
    expect(response.headers['www-authenticate']).toBe('Bearer realm="movie-pipeline", error="invalid_token"');
    expect(response.headers['content-type']).toContain('application/problem+json');
  });

  it('dies with a changed password, when it is revoked, and with its user', async () => {
    const users = service.app.get(UsersService);
    await users.add('eve', PASSWORD, 'viewer');
    const first = await login('eve');
    expect((await me(first)).body).toEqual({ username: 'eve', role: 'viewer' });
    await users.setPassword('eve', 'another long password');
    expect((await me(first)).status).toBe(401);
    const second = await login('eve', 'another long password');
    await users.revoke('eve');
    expect((await me(second)).status).toBe(401);
    const third = await login('eve', 'another long password');
    await users.remove('eve');
    expect((await me(third)).status).toBe(401);
    await users.add('eve', 'another long password', 'viewer');
    expect((await me(third)).status).toBe(401);
  });

  it('may do what its user may do now, not what that was when it was made', async () => {
    await service.app.get(UsersService).add('cleo', PASSWORD, 'admin');
    const token = await login('cleo');
    await service.database.query(`UPDATE pipeline_users SET role = 'viewer' WHERE name = 'cleo'`);
    expect((await me(token)).body).toEqual({ username: 'cleo', role: 'viewer' });
  });

  it('that is bad does no harm on an open route', async () => {
    await request(service.url).get('/pipeline/status').set('Authorization', 'Bearer rubbish').expect(200);
  });
});

/** What anybody may ask for. */
const OPEN = [
  ...['GET /health', 'GET /health/live', 'GET /health/ready', 'POST /auth/login'],
  ...[
    'GET /pipeline/status',
    'GET /pipeline/runs',
    'GET /pipeline/runs/:id',
    'GET /pipeline/runs/:id/events',
    'GET /pipeline/failing',
  ],
];

interface Layer {
  readonly route?: { readonly path: string; readonly methods: Readonly<Record<string, boolean>> };
}

/** Every other route of the app, as `METHOD /path`; Swagger UI and its document are files to everybody. */
function guardedRoutes(): string[] {
  const express = service.app.getHttpAdapter().getInstance() as unknown as { router: { stack: Layer[] } };
  return express.router.stack
    .flatMap(({ route }) =>
      Object.keys(route?.methods ?? {}).map((method) => `${method.toUpperCase()} ${route?.path ?? ''}`),
    )
    .filter((route) => !OPEN.includes(route) && !/ \/(?:docs|openapi)/.test(route));
}

describe('every route that is not open', () => {
  const foreign = new TextEncoder().encode('of-somebody-else'.repeat(3));
  const claims = (): SignJWT =>
    new SignJWT({ series })
      .setSubject('root')
      .setProtectedHeader({ alg: 'HS256' })
      .setExpirationTime('1h')
      .setIssuer('movie-pipeline')
      .setAudience('movie-pipeline');
  const hs = new TextEncoder().encode(SECRET);

  it.each<[string, () => Promise<string> | null]>([
    ['without a token', () => null],
    ['with alg none', () => Promise.resolve(`${part({ alg: 'none' })}.${part({ sub: 'root', series })}.`)],
    ['with a foreign key', () => claims().sign(foreign)],
    ['with an expired token', () => claims().setExpirationTime(1).sign(hs)],
    ['with a wrong issuer', () => claims().setIssuer('x').sign(hs)],
    ['with a wrong audience', () => claims().setAudience('x').sign(hs)],
  ])('answers 401 %s', async (_, make) => {
    const routes = guardedRoutes();
    expect(routes).toContain('GET /auth/me');
    const token = await make();
    for (const route of routes) {
      const [method = '', path = ''] = route.split(' ');
      const response = await fetch(new URL(path.replaceAll(':id', '1'), service.url), {
        method,
        headers: token === null ? {} : { Authorization: `Bearer ${token}` },
      });
      expect([route, response.status]).toEqual([route, 401]);
      expect(response.headers.get('www-authenticate')).toMatch(/^Bearer realm=/);
      expect(response.headers.get('content-type')).toContain('application/problem+json');
      await response.text();
    }
  });

  it('opens with a good one', async () => {
    const answer = await me(await claims().sign(hs));
    expect(answer.status).toBe(200);
  });

  it('says where a token is to be had', async () => {
    const { body } = await service.get('/auth/me', 401);
    expect(body).toMatchObject({ status: 401, detail: expect.stringContaining('POST /auth/login') });
  });
});

describe('an address that guesses', () => {
  it('has to wait, and is told for how long', async () => {
    const attempt = (): request.Test =>
      request(service.url).post('/auth/login').send({ username: 'root', password: 'a wrong one' });
    const statuses: number[] = [];
    let last = await attempt();
    while (last.status === 401) {
      statuses.push(last.status);
      last = await attempt();
    }
    expect(statuses.length).toBeLessThanOrEqual(10);
    expect(last.status).toBe(429);
    expect(Number(last.headers['retry-after'])).toBeGreaterThan(0);
    expect(Number(last.headers['retry-after'])).toBeLessThanOrEqual(60);
    expect(last.body).toMatchObject({
      status: 429,
      detail: expect.stringMatching(/Try again in \d+ seconds/),
    });
  });
});

function part(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
