import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  type CryptoKey,
  exportJWK,
  generateKeyPair,
  type JWK,
  type JWTHeaderParameters,
  SignJWT,
} from 'jose';
import request from 'supertest';
import { json, ScriptedServer } from '../support/scripted-server.js';
import { startTestApp, type TestApp } from '../support/test-app.js';

const ISSUER = 'https://issuer.example';
let service: TestApp;
let provider: ScriptedServer;
let keys: { keys: JWK[] };
let privateKey: CryptoKey;

beforeAll(async () => {
  const pair = await generateKeyPair('ES256', { extractable: true });
  privateKey = pair.privateKey;
  keys = { keys: [{ ...(await exportJWK(pair.publicKey)), kid: 'one', alg: 'ES256' }] };
  provider = await ScriptedServer.start();
  provider.script(json(200, keys));
});

afterAll(async () => {
  await provider.stop();
});

function startService(): Promise<TestApp> {
  return startTestApp({
    JWT_JWKS_URL: provider.url,
    JWT_ISSUER: ISSUER,
    JWT_AUDIENCE: 'movies',
    JWT_ROLE_CLAIM: 'realm.roles',
  });
}

function token(
  claims: object = { realm: { roles: ['viewer'] } },
  header: Partial<JWTHeaderParameters> = {},
): SignJWT {
  return new SignJWT({ ...claims })
    .setSubject('ann')
    .setIssuer(ISSUER)
    .setAudience('movies')
    .setExpirationTime('5m')
    .setProtectedHeader({ alg: 'ES256', kid: 'one', ...header });
}

function me(bearer: string): request.Test {
  return request(service.url).get('/auth/me').set('Authorization', `Bearer ${bearer}`);
}

describe('tokens of the external identity provider', () => {
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
  ])('an external token with the claims %j is accepted with the role %s', async (claims, role) => {
    expect(await me(await token(claims).sign(privateKey))).toMatchObject({
      status: 200,
      body: { username: 'issuer.example/ann', role },
    });
  });

  it.each<[string, () => Promise<string>]>([
    ['without a role', () => token({}).sign(privateKey)],
    ['of another issuer', () => token().setIssuer('x').sign(privateKey)],
    ['for another audience', () => token().setAudience('x').sign(privateKey)],
    ['with an unknown role', () => token({ realm: { roles: 'root' } }).sign(privateKey)],
    ['with an empty subject', () => token().setSubject('').sign(privateKey)],
    ['with NUL in the subject', () => token().setSubject('a\0b').sign(privateKey)],
    [
      'without an expiry',
      () =>
        new SignJWT({ realm: { roles: 'admin' } })
          .setSubject('ann')
          .setIssuer(ISSUER)
          .setAudience('movies')
          .setProtectedHeader({ alg: 'ES256', kid: 'one' })
          .sign(privateKey),
    ],
    ['that is an ID token', () => token({ realm: { roles: 'admin' }, nonce: 'n' }).sign(privateKey)],
    ...['logout+jwt', 'refresh+jwt', 'id+jwt'].map((typ): [string, () => Promise<string>] => [
      `of the type ${typ}`,
      () => token({ realm: { roles: 'admin' } }, { typ }).sign(privateKey),
    ]),
    [
      'with critical headers',
      () =>
        token({ realm: { roles: 'admin' } }, { crit: ['exp'], exp: 1 }).sign(privateKey, {
          crit: { exp: true },
        }),
    ],
    ['signed with another key', async () => token().sign((await generateKeyPair('ES256')).privateKey)],
    [
      'signed by HMAC with the public key as the secret',
      () =>
        token({ realm: { roles: 'admin' } }, { alg: 'HS256' }).sign(
          new TextEncoder().encode(JSON.stringify(keys.keys[0])),
        ),
    ],
  ])('an external token %s is refused with 401', async (_, make) => {
    expect((await me(await make())).status).toBe(401);
  });
});

describe('junk tokens', () => {
  const ROUTES = ['/pipeline/status', '/pipeline/runs', '/pipeline/failing', '/health', '/auth/me'];

  /** The provider is asked for its keys by all of these, if by any. */
  function junk(n: number): string {
    const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const alg = ['ES256', 'RS256', 'EdDSA'][n % 3];
    const claims = { sub: 'ann', iss: ISSUER, aud: 'movies', exp: 4_102_444_800 };
    return `${part({ alg, kid: n % 2 === 0 ? `kid-${n}` : 'one' })}.${part(claims)}.${part({ n })}`;
  }

  afterEach(async () => {
    await service.close();
  });

  it('100 junk tokens on open and guarded routes cause one request to the external identity provider', async () => {
    provider.script(json(200, keys));
    service = await startService();
    for (let n = 0; n < 100; n++) {
      const response = await request(service.url)
        .get(ROUTES[n % ROUTES.length] ?? '')
        .set('Authorization', `Bearer ${junk(n)}`);
      expect([200, 401, 503]).toContain(response.status);
    }
    expect(provider.requests).toHaveLength(1);
    await me(await token().sign(privateKey)).expect(200);
    expect(provider.requests).toHaveLength(1);
  });

  it('while the external identity provider does not respond, open routes answer without it and one request waits', async () => {
    provider.script(() => undefined);
    service = await startService();
    const guarded = me(junk(0)).then(({ status }) => status);
    await provider.requestArrived();
    const order: string[] = [];
    const waiting = guarded.then((status) => {
      order.push(`guarded ${status}`);
    });
    for (let n = 0; n < 8; n++) {
      await request(service.url)
        .get(ROUTES[n % 4] ?? '')
        .set('Authorization', `Bearer ${junk(n)}`)
        .expect(200);
    }
    order.push('open');
    await waiting;
    expect(order).toEqual(['open', 'guarded 503']);
    expect(provider.requests).toHaveLength(1);
  });
});

describe('while the external identity provider is down', () => {
  beforeEach(() => {
    provider.script(json(500, {}));
  });

  it('while the external keys are unavailable, guarded routes answer 503 and public ones ignore the token', async () => {
    service = await startService();
    const bearer = await token().sign(privateKey);
    const response = await me(bearer);
    expect(response.status).toBe(503);
    expect(Number(response.headers['retry-after'])).toBeGreaterThan(25);
    expect(Number(response.headers['retry-after'])).toBeLessThanOrEqual(30);
    expect(response.body).toMatchObject({
      status: 503,
      detail: expect.stringContaining('identity provider'),
    });
    await request(service.url).get('/pipeline/status').set('Authorization', `Bearer ${bearer}`).expect(200);
    await me('rubbish').expect(401);
    await service.close();
  });
});
