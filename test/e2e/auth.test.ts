import { createHmac, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { jwtVerify, SignJWT } from 'jose';
import request from 'supertest';
import { UsersRepository } from '../../src/auth/users/users.repository.js';
import { UsersService } from '../../src/auth/users/users.service.js';
import { startTestApp, type TestApp } from '../support/test-app.js';

const PASSWORD = 'correct horse battery';
const SECRET = 'only-for-tests-0f7c2e9a4b6d8135e1';

const PREVIOUS = 'only-for-tests-a1d3c5b7f92e48063c';

let service: TestApp;
let tokenVersion: string;

beforeAll(async () => {
  service = await startTestApp({
    JWT_SECRET: SECRET,
    JWT_SECRET_PREVIOUS: PREVIOUS,
    ADMIN_USERNAME: 'root',
    ADMIN_PASSWORD: PASSWORD,
  });
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

describe('tokens of this service', () => {
  const ours = (claims: object = {}): SignJWT =>
    new SignJWT({ series: tokenVersion, ...claims })
      .setSubject('root')
      .setIssuer('movie-pipeline')
      .setAudience('movie-pipeline')
      .setExpirationTime('1h');
  const hs = new TextEncoder().encode(SECRET);

  /** Any claims, which JWT libraries refuse to sign. */
  const signed = (header: object, claims: object): string => {
    const exp = Math.floor(Date.now() / 1_000) + 600;
    const all = {
      iss: 'movie-pipeline',
      aud: 'movie-pipeline',
      sub: 'root',
      series: tokenVersion,
      exp,
      ...claims,
    };
    const content = `${part(header)}.${part(all)}`;
    return `${content}.${createHmac('sha256', SECRET).update(content).digest('base64url')}`;
  };

  it('a token that a clock ahead of this one has issued is refused, however long it is valid', async () => {
    const tomorrow = Math.floor(Date.now() / 1_000) + 86_400;
    const token = ours()
      .setIssuedAt(tomorrow)
      .setExpirationTime(tomorrow + 600)
      .setProtectedHeader({ alg: 'HS256' });
    expect((await me(await token.sign(hs))).status).toBe(401);
  });

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
    [
      'without an expiry',
      () =>
        new SignJWT({ series: tokenVersion })
          .setSubject('root')
          .setIssuer('movie-pipeline')
          .setAudience('movie-pipeline')
          .setProtectedHeader({ alg: 'HS256' })
          .sign(hs),
    ],
    ...[7, null, ['root'], { name: 'root' }, '', 'ro\0ot', 'x'.repeat(1_000), '\ud800'].map(
      (sub): [string, () => Promise<string>] => [
        `of the subject ${JSON.stringify(sub)}`.slice(0, 60),
        () => Promise.resolve(signed({ alg: 'HS256' }, { sub })),
      ],
    ),
    ['with a critical header', () => Promise.resolve(signed({ alg: 'HS256', crit: ['x'], x: 1 }, {}))],
    ['of an odd version', () => Promise.resolve(signed({ alg: 'HS256' }, { series: { not: '' } }))],
    ['of an odd expiry', () => Promise.resolve(signed({ alg: 'HS256' }, { exp: '9999999999' }))],
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
    'GET /pipeline/gone',
  ],
  ...['GET /pipeline/events', 'GET /pipeline/coverage', 'GET /pipeline/runs/history'],
  // Of the dashboard, which contains no data.
  'GET /',
  // Movies are public on loopback.
  ...['GET /movies', 'GET /movies/:id', 'GET /movies/:id/similar', 'GET /movies/imdb/:imdb_id'],
  ...['GET /lists', 'GET /lists/:category', 'GET /genres', 'GET /search/movies', 'GET /suggest'],
  ...['GET /exports', 'GET /exports/:snapshot/:file'],
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

describe('the previous secret', () => {
  const signedBy = (secret: string, algorithm = 'HS256'): Promise<string> =>
    new SignJWT({ series: tokenVersion })
      .setSubject('root')
      .setProtectedHeader({ alg: algorithm })
      .setExpirationTime('1h')
      .setIssuer('movie-pipeline')
      .setAudience('movie-pipeline')
      .sign(new TextEncoder().encode(secret));

  it('still verifies the tokens that it has signed, and signs no new ones', async () => {
    expect((await me(await signedBy(PREVIOUS))).status).toBe(200);
    await expect(jwtVerify(await login(), new TextEncoder().encode(SECRET))).resolves.toBeDefined();
  });

  it('verifies no token of another secret or algorithm, and none without a signature', async () => {
    const [header, claims] = (await signedBy(PREVIOUS)).split('.');
    const tokens = [
      await signedBy(`${PREVIOUS}x`),
      await signedBy(PREVIOUS, 'HS384'),
      `${header}.${claims}.`,
    ];
    for (const token of tokens) expect((await me(token)).status).toBe(401);
  });
});

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

function part(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
