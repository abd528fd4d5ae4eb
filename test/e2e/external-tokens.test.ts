import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import request from 'supertest';
import { json, ScriptedServer } from '../support/scripted-server.js';
import { startTestApp, type TestApp } from '../support/test-app.js';

const ISSUER = 'https://issuer.example';
let service: TestApp;
let issuer: ScriptedServer;
let keys: { keys: JWK[] };
let privateKey: CryptoKey;

beforeAll(async () => {
  const pair = await generateKeyPair('ES256', { extractable: true });
  privateKey = pair.privateKey;
  keys = { keys: [{ ...(await exportJWK(pair.publicKey)), kid: 'one', alg: 'ES256' }] };
  issuer = await ScriptedServer.start();
  issuer.script(json(200, keys));
});

afterAll(async () => {
  await issuer.stop();
});

function startService(): Promise<TestApp> {
  return startTestApp({
    JWT_JWKS_URL: issuer.url,
    JWT_ISSUER: ISSUER,
    JWT_AUDIENCE: 'movies',
    JWT_ROLE_CLAIM: 'realm.roles',
  });
}

function token(claims: object = { realm: { roles: ['viewer'] } }, alg = 'ES256'): SignJWT {
  return new SignJWT({ ...claims })
    .setSubject('ann')
    .setIssuer(ISSUER)
    .setAudience('movies')
    .setExpirationTime('5m')
    .setProtectedHeader({ alg, kid: 'one' });
}

function me(bearer: string): request.Test {
  return request(service.url).get('/auth/me').set('Authorization', `Bearer ${bearer}`);
}

describe("an outside issuer's token", () => {
  beforeAll(async () => {
    service = await startService();
  });

  afterAll(async () => {
    await service.close();
  });

  it.each([
    [{ realm: { roles: 'viewer' } }, 'viewer'],
    [{ realm: { roles: ['other', 'admin', 'viewer'] } }, 'admin'],
    [{ 'realm.roles': 'admin' }, 'admin'],
  ])('opens what its role %j may', async (claims, role) => {
    expect(await me(await token(claims).sign(privateKey))).toMatchObject({
      status: 200,
      body: { username: 'issuer.example/ann', role },
    });
  });

  it.each<[string, () => Promise<string>]>([
    ['without a role', () => token({}).sign(privateKey)],
    ['of another issuer', () => token().setIssuer('x').sign(privateKey)],
    ['for another audience', () => token().setAudience('x').sign(privateKey)],
    ['with a role of neither kind', () => token({ realm: { roles: 'root' } }).sign(privateKey)],
    ['of nobody', () => token().setSubject('').sign(privateKey)],
    ['of a name that can not be written down', () => token().setSubject('a\0b').sign(privateKey)],
    [
      'without an end',
      () =>
        new SignJWT({ realm: { roles: 'admin' } })
          .setSubject('ann')
          .setIssuer(ISSUER)
          .setAudience('movies')
          .setProtectedHeader({ alg: 'ES256', kid: 'one' })
          .sign(privateKey),
    ],
    [
      'signed with a key of somebody else',
      async () => token().sign((await generateKeyPair('ES256')).privateKey),
    ],
    [
      'signed with the public key as if it were a secret',
      () =>
        token({ realm: { roles: 'admin' } }, 'HS256').sign(
          new TextEncoder().encode(JSON.stringify(keys.keys[0])),
        ),
    ],
  ])('%s is refused with 401', async (_, make) => {
    expect((await me(await make())).status).toBe(401);
  });
});

describe('while the issuer is down', () => {
  beforeEach(() => {
    issuer.script(json(500, {}));
  });

  it('nobody can say whether its tokens are good, and routes that are open stay so', async () => {
    service = await startService();
    const bearer = await token().sign(privateKey);
    const response = await me(bearer);
    expect(response.status).toBe(503);
    expect(response.headers['retry-after']).toBe('10');
    expect(response.body).toMatchObject({ status: 503, detail: expect.stringContaining('issuer') });
    await request(service.url).get('/pipeline/status').set('Authorization', `Bearer ${bearer}`).expect(200);
    await me('rubbish').expect(401);
    await service.close();
  });
});
