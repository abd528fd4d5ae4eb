import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, jwtVerify, SignJWT } from 'jose';
import { ExternalKeys } from '../../src/auth/tokens/external-keys.js';
import { ExternalKeysError } from '../../src/auth/tokens/external-keys-error.js';
import { loadConfig } from '../../src/config/load-config.js';
import { FakeClock } from '../support/fake-clock.js';
import { json, ScriptedServer, type Reply } from '../support/scripted-server.js';

interface SigningKey {
  readonly kid: string;
  readonly privateKey: CryptoKey;
  readonly published: JWK;
}

let server: ScriptedServer;
let first: SigningKey;
let second: SigningKey;

async function signingKey(kid: string): Promise<SigningKey> {
  const { publicKey, privateKey } = await generateKeyPair('RS256', { extractable: true });
  return { kid, privateKey, published: { ...(await exportJWK(publicKey)), kid, alg: 'RS256' } };
}

beforeAll(async () => {
  server = await ScriptedServer.start();
  [first, second] = await Promise.all([signingKey('first'), signingKey('second')]);
});

afterAll(() => server.stop());

afterEach(() => {
  jest.restoreAllMocks();
});

function keysAt(clock: FakeClock, url = server.url): ExternalKeys {
  const env = { JWT_JWKS_URL: url, JWT_ISSUER: 'https://issuer.example', JWT_AUDIENCE: 'movies' };
  return new ExternalKeys(loadConfig(env, { tmdbKey: false }), clock);
}

function keySetOf(...keys: SigningKey[]): Reply {
  return json(200, { keys: keys.map(({ published }) => published) });
}

/** Verifies a token that `key` signed. Returns its subject. */
async function verify(
  keys: ExternalKeys,
  key: SigningKey,
  { kid = key.kid, mayWait = true }: { readonly kid?: string; readonly mayWait?: boolean } = {},
): Promise<string | undefined> {
  const token = await new SignJWT({})
    .setSubject('ann')
    .setProtectedHeader({ alg: 'RS256', kid })
    .sign(key.privateKey);
  return (await jwtVerify(token, (header, jws) => keys.find(header, jws, mayWait))).payload.sub;
}

describe('the keys of the external identity provider', () => {
  it('the external keys are fetched once for any number of tokens', async () => {
    server.script(keySetOf(first));
    const keys = keysAt(new FakeClock());
    await Promise.all(Array.from({ length: 20 }, () => verify(keys, first)));
    await verify(keys, first);
    expect(server.requests).toHaveLength(1);
  });

  it('tokens with unknown key ids do not cause further fetches', async () => {
    server.script(keySetOf(first));
    const keys = keysAt(new FakeClock());
    await verify(keys, first);
    for (let n = 0; n < 50; n++) {
      await expect(verify(keys, second, { kid: `unknown-${n}` })).rejects.toMatchObject({
        code: 'ERR_JWKS_NO_MATCHING_KEY',
      });
    }
    expect(server.requests).toHaveLength(1);
  });

  it('after a key rotation, tokens of the new key are accepted and those of the old one are not', async () => {
    server.script(keySetOf(first), keySetOf(second));
    const clock = new FakeClock();
    const keys = keysAt(clock);
    await verify(keys, first);
    await clock.advance(30_000);
    await expect(verify(keys, second)).resolves.toBe('ann');
    await expect(verify(keys, first)).rejects.toThrow();
  });

  it.each<[string, Reply]>([
    ['an error', json(500, {})],
    ['a JSON string', json(200, 'rubbish')],
    ['another JSON object', json(200, { hello: 'world' })],
    ['a redirect', (response) => response.writeHead(302, { Location: 'http://127.0.0.1:1/' }).end()],
    ['a closed connection', (response) => response.destroy()],
    ['101 keys', json(200, { keys: new Array(101).fill({ kty: 'RSA' }) })],
    ['more than 256 kB', json(200, { keys: [], filler: 'x'.repeat(262_144) })],
    [
      'a small body that decompresses to more than 256 kB',
      (response) =>
        response
          .writeHead(200, { 'Content-Encoding': 'gzip' })
          .end(gzipSync(JSON.stringify({ keys: [], filler: 'x'.repeat(262_144) }))),
    ],
  ])(
    'after %s instead of a key set, the external keys are not fetched again for 30 seconds',
    async (_, reply) => {
      server.script(reply);
      const clock = new FakeClock();
      const keys = keysAt(clock);
      for (let n = 0; n < 5; n++) await expect(verify(keys, first)).rejects.toBeInstanceOf(ExternalKeysError);
      expect(server.requests).toHaveLength(1);

      server.script(keySetOf(first));
      await clock.advance(29_999);
      await expect(verify(keys, first)).rejects.toMatchObject({ retryAfterSeconds: 1 });
      await clock.advance(1);
      await expect(verify(keys, first)).resolves.toBe('ann');
    },
  );

  it('a body of the key set without end is not read further than 256 kB', async () => {
    let sent = 0;
    server.script((response) => {
      response.writeHead(200);
      const write = (): void => {
        sent += 65_536;
        if (!response.closed) response.write(Buffer.alloc(65_536, ' '), write);
      };
      write();
    });
    await expect(verify(keysAt(new FakeClock()), first)).rejects.toBeInstanceOf(ExternalKeysError);
    expect(sent).toBeLessThan(20_000_000);
  });

  it('a redirect of the key set is not followed', async () => {
    server.script((response) => response.writeHead(302, { Location: server.url }).end(), keySetOf(first));
    await expect(verify(keysAt(new FakeClock()), first)).rejects.toBeInstanceOf(ExternalKeysError);
    expect(server.requests).toHaveLength(1);
  });

  it('the key set is not requested from an address of a private network unless that is allowed', async () => {
    const warn = jest.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined);
    for (const host of ['10.0.0.1', '192.168.1.1', '169.254.169.254', '[::ffff:10.0.0.1]', '[fd00::1]']) {
      const keys = keysAt(new FakeClock(), `https://${host}/jwks`);
      await expect(verify(keys, first)).rejects.toBeInstanceOf(ExternalKeysError);
      expect(warn).toHaveBeenLastCalledWith(
        expect.objectContaining({ reason: expect.stringContaining('JWT_JWKS_ALLOW_PRIVATE') }),
      );
    }
  });

  it('a token that may not wait is rejected at once, and the keys are fetched for the next one', async () => {
    let answer = (): void => undefined;
    server.script((response, request) => {
      answer = () => {
        keySetOf(first)(response, request);
      };
    });
    const keys = keysAt(new FakeClock());
    await expect(verify(keys, first, { mayWait: false })).rejects.toBeInstanceOf(ExternalKeysError);
    const next = verify(keys, first);
    await server.requestArrived();
    answer();
    await expect(next).resolves.toBe('ann');
    await expect(verify(keys, first, { mayWait: false })).resolves.toBe('ann');
    expect(server.requests).toHaveLength(1);
  });

  it('a fetch of the external keys times out after three seconds', async () => {
    server.script(() => undefined);
    const timeout = jest
      .spyOn(AbortSignal, 'timeout')
      .mockReturnValue(AbortSignal.abort(new DOMException('too late', 'TimeoutError')));
    const keys = keysAt(new FakeClock());
    await expect(verify(keys, first)).rejects.toBeInstanceOf(ExternalKeysError);
    expect(timeout).toHaveBeenCalledWith(3_000);
  });

  it('cached external keys stay valid when a fetch for an unknown key fails', async () => {
    server.script(keySetOf(first), json(500, {}));
    const clock = new FakeClock();
    const keys = keysAt(clock);
    await verify(keys, first);
    await clock.advance(60_000);
    await expect(verify(keys, second)).rejects.toBeInstanceOf(ExternalKeysError);
    await expect(verify(keys, first)).resolves.toBe('ann');
  });
});
