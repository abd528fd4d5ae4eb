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
let tokenVersion: string;

beforeAll(async () => {
  service = await startTestApp({ JWT_SECRET: SECRET, ADMIN_USERNAME: 'root', ADMIN_PASSWORD: PASSWORD });
  tokenVersion = (await service.app.get(UsersRepository).find('root'))!.tokenVersion;
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

describe('POST /auth/login', () => {
  it.each(['json', 'form'])('a login by %s is answered with a valid token', async (type) => {
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

  it('a wrong name and a wrong password get the same answer', async () => {
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
    ['an empty object', {}],
    ['no password', { username: 'root' }],
    ['a password of 1,001 characters', { username: 'root', password: 'x'.repeat(1_001) }],
    ['an array as the name', { username: ['root'], password: PASSWORD }],
    ['an empty password', { username: 'root', password: '' }],
    ['NUL in the password', { username: 'root', password: `${PASSWORD}\0` }],
    ['NUL in the name', { username: 'ro\0ot', password: PASSWORD }],
    ['a name of 65 characters', { username: 'x'.repeat(65), password: PASSWORD }],
    ['an object as the password', { username: 'root', password: { $ne: '' } }],
    ['an unknown field', { username: 'root', password: PASSWORD, color: 'red' }],
    ['an empty array', []],
    ['an array of objects', [{ username: 'root', password: PASSWORD }]],
  ])('a login with %s is a bad request and the answer repeats no password', async (_, fields) => {
    const response = await request(service.url).post('/auth/login').send(fields).expect(400);
    expect(JSON.stringify(response.body)).not.toContain(PASSWORD);
  });
});

describe('passwords in answers', () => {
  it.each([
    `{"username":"root","password":${PASSWORD}}`,
    PASSWORD,
    `{"username":"root","password":"${PASSWORD}`,
    `{"username":"root","password":["${PASSWORD}"]}`,
    `{"username":"root","password":"${PASSWORD}\\u0000"}`,
  ])('the answer to the malformed login body %s contains no part of the password', async (body) => {
    const response = await request(service.url).post('/auth/login').type('json').send(body).expect(400);
    for (const part of PASSWORD.split(' ')) expect(response.text).not.toContain(part);
  });
});

describe('tokens of this service', () => {
  const ours = (claims: object = {}): SignJWT =>
    new SignJWT({ series: tokenVersion, ...claims })
      .setSubject('root')
      .setIssuer('movie-pipeline')
      .setAudience('movie-pipeline')
      .setExpirationTime('1h');
  const hs = new TextEncoder().encode(SECRET);

  it('a token that this service signed is accepted', async () => {
    expect((await me(await ours().setProtectedHeader({ alg: 'HS256' }).sign(hs))).status).toBe(200);
  });

  it.each<[string, () => Promise<string>]>([
    ['signed with another key', () => ours().setProtectedHeader({ alg: 'HS256' }).sign(new Uint8Array(40))],
    ['signed with another algorithm', () => ours().setProtectedHeader({ alg: 'HS512' }).sign(hs)],
    ['that has expired', () => ours().setExpirationTime(1).setProtectedHeader({ alg: 'HS256' }).sign(hs)],
    ['of another issuer', () => ours().setIssuer('x').setProtectedHeader({ alg: 'HS256' }).sign(hs)],
    ['for another audience', () => ours().setAudience('x').setProtectedHeader({ alg: 'HS256' }).sign(hs)],
    [
      'of an older token version',
      () => ours({ series: randomUUID() }).setProtectedHeader({ alg: 'HS256' }).sign(hs),
    ],
    ['of an unknown user', () => ours().setSubject('nobody').setProtectedHeader({ alg: 'HS256' }).sign(hs)],
    [
      'that is not signed',
      () => Promise.resolve(`${part({ alg: 'none' })}.${part({ sub: 'root', series: tokenVersion })}.`),
    ],
    ['that is not a JWT', () => Promise.resolve('rubbish')],
  ])('a token %s is refused with 401', async (_, make) => {
    const response = await request(service.url)
      .get('/auth/me')
      .set('Authorization', `Bearer ${await make()}`);
    expect(response.status).toBe(401);
    expect(response.headers['www-authenticate']).toBe('Bearer realm="movie-pipeline", error="invalid_token"');
    expect(response.headers['content-type']).toContain('application/problem+json');
  });

  it('a new password, a revocation and the removal of the user each invalidate all tokens of the user', async () => {
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

  it('a token has the role that its user has now, not the one at the time of issue', async () => {
    await service.app.get(UsersService).add('cleo', PASSWORD, 'admin');
    const token = await login('cleo');
    await service.database.query(`UPDATE pipeline_users SET role = 'viewer' WHERE name = 'cleo'`);
    expect((await me(token)).body).toEqual({ username: 'cleo', role: 'viewer' });
  });

  it('a public route ignores an invalid token', async () => {
    await request(service.url).get('/pipeline/status').set('Authorization', 'Bearer rubbish').expect(200);
  });
});

const PUBLIC_ROUTES = [
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

/** Every other route of the app as `METHOD /path`, without Swagger UI and its document, which are public too. */
function guardedRoutes(): string[] {
  const express = service.app.getHttpAdapter().getInstance() as unknown as { router: { stack: Layer[] } };
  return express.router.stack
    .flatMap(({ route }) =>
      Object.keys(route?.methods ?? {}).map((method) => `${method.toUpperCase()} ${route?.path ?? ''}`),
    )
    .filter((route) => !PUBLIC_ROUTES.includes(route) && !/ \/(?:docs|openapi)/.test(route));
}

describe('guarded routes', () => {
  const otherSecret = new TextEncoder().encode('another-secret-'.repeat(3));
  const claims = (): SignJWT =>
    new SignJWT({ series: tokenVersion })
      .setSubject('root')
      .setProtectedHeader({ alg: 'HS256' })
      .setExpirationTime('1h')
      .setIssuer('movie-pipeline')
      .setAudience('movie-pipeline');
  const hs = new TextEncoder().encode(SECRET);

  it.each<[string, () => Promise<string> | null]>([
    ['without a token', () => null],
    [
      'with an unsigned token',
      () => Promise.resolve(`${part({ alg: 'none' })}.${part({ sub: 'root', series: tokenVersion })}.`),
    ],
    ['with a token of another secret', () => claims().sign(otherSecret)],
    ['with an expired token', () => claims().setExpirationTime(1).sign(hs)],
    ['with a wrong issuer', () => claims().setIssuer('x').sign(hs)],
    ['with a wrong audience', () => claims().setAudience('x').sign(hs)],
  ])('every guarded route answers 401 to a request %s', async (_, make) => {
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

  it('a guarded route accepts a valid token', async () => {
    const answer = await me(await claims().sign(hs));
    expect(answer.status).toBe(200);
  });

  it('the 401 answer to a request without a token names POST /auth/login', async () => {
    const { body } = await service.get('/auth/me', 401);
    expect(body).toMatchObject({ status: 401, detail: expect.stringContaining('POST /auth/login') });
  });
});

describe('login throttling', () => {
  it('an address that guesses passwords is refused with 429 and Retry-After', async () => {
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
