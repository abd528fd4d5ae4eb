import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import request from 'supertest';
import { UsersService } from '../../src/auth/users.service.js';
import { startTestApp, type TestApp } from '../support/test-app.js';

const PASSWORD = 'correct horse battery';
const SECRET = 'only-for-tests-'.repeat(3);

let service: TestApp;
let issuer: Server;
let jwks: { keys: JWK[] };
let outsideKey: Awaited<ReturnType<typeof generateKeyPair>>['privateKey'];

beforeAll(async () => {
  const pair = await generateKeyPair('ES256', { extractable: true });
  outsideKey = pair.privateKey;
  jwks = { keys: [{ ...(await exportJWK(pair.publicKey)), kid: 'one', alg: 'ES256' }] };
  issuer = createServer((_, response) => response.end(JSON.stringify(jwks)));
  await new Promise<void>((resolve) => issuer.listen(0, '127.0.0.1', resolve));
  const { port } = issuer.address() as AddressInfo;
  service = await startTestApp({
    JWT_SECRET: SECRET,
    JWT_JWKS_URL: `http://127.0.0.1:${port}/keys`,
    JWT_ISSUER: 'https://issuer.example',
    JWT_AUDIENCE: 'films',
    ADMIN_USERNAME: 'root',
    ADMIN_PASSWORD: PASSWORD,
  });
});

afterAll(async () => {
  await service.close();
  issuer.close();
});

async function login(username = 'root', password = PASSWORD): Promise<string> {
  const { body } = await request(service.url).post('/auth/login').send({ username, password }).expect(200);
  return (body as { access_token: string }).access_token;
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
  });

  it.each([
    {},
    { username: 'root' },
    { username: 'root', password: 'x'.repeat(1_001) },
    { username: ['root'], password: PASSWORD },
    { username: 'root', password: PASSWORD, color: 'red' },
  ])('is a bad request with %j', async (fields) => {
    const response = await request(service.url).post('/auth/login').send(fields).expect(400);
    expect(JSON.stringify(response.body)).not.toContain(PASSWORD);
  });
});

describe('a token', () => {
  const ours = (claims: object = {}): SignJWT =>
    new SignJWT({ ver: 1, ...claims })
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
    ['of an old password', () => ours({ ver: 0 }).setProtectedHeader({ alg: 'HS256' }).sign(hs)],
    ['of nobody', () => ours().setSubject('nobody').setProtectedHeader({ alg: 'HS256' }).sign(hs)],
    [
      'that is not signed',
      () => Promise.resolve(`${part({ alg: 'none' })}.${part({ sub: 'root', ver: 1 })}.`),
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
  });

  it('that is bad does no harm on an open route', async () => {
    await request(service.url).get('/pipeline/status').set('Authorization', 'Bearer rubbish').expect(200);
  });
});

describe("an outside issuer's token", () => {
  const outside = (claims: object = { role: 'viewer' }, alg = 'ES256'): SignJWT =>
    new SignJWT({ ...claims })
      .setSubject('ann')
      .setIssuer('https://issuer.example')
      .setAudience('films')
      .setExpirationTime('5m')
      .setProtectedHeader({ alg, kid: 'one' });

  it.each([
    [{ role: 'viewer' }, 'viewer'],
    [{ role: ['other', 'admin'] }, 'admin'],
  ])('opens what its role %j may', async (claims, role) => {
    expect(await me(await outside(claims).sign(outsideKey))).toMatchObject({
      status: 200,
      body: { username: 'ann', role },
    });
  });

  it.each<[string, () => Promise<string>]>([
    ['without a role', () => outside({}).sign(outsideKey)],
    ['of another issuer', () => outside().setIssuer('x').sign(outsideKey)],
    ['for another audience', () => outside().setAudience('x').sign(outsideKey)],
    [
      'without an end',
      () =>
        new SignJWT({ role: 'admin' })
          .setSubject('ann')
          .setIssuer('https://issuer.example')
          .setAudience('films')
          .setProtectedHeader({ alg: 'ES256', kid: 'one' })
          .sign(outsideKey),
    ],
    [
      'signed with a key of somebody else',
      async () => outside().sign((await generateKeyPair('ES256')).privateKey),
    ],
    [
      'signed with the public key as if it were a secret',
      () => outside({ role: 'admin' }, 'HS256').sign(new TextEncoder().encode(JSON.stringify(jwks.keys[0]))),
    ],
  ])('%s is refused with 401', async (_, make) => {
    expect((await me(await make())).status).toBe(401);
  });
});

describe('what is guarded', () => {
  it('asks for a token', async () => {
    const response = await request(service.url).get('/auth/me').expect(401);
    expect(response.headers['www-authenticate']).toBe('Bearer realm="movie-pipeline"');
    expect(response.body).toMatchObject({ status: 401, detail: expect.stringContaining('POST /auth/login') });
  });
});

function part(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
