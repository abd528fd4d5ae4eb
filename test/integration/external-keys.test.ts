import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, jwtVerify, SignJWT } from 'jose';
import { ExternalKeys } from '../../src/auth/tokens/external-keys.js';
import { ExternalKeysError } from '../../src/auth/tokens/external-keys-error.js';
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

/** Advances the time of day, by which jose expires its cache. */
function advanceJose(ms: number): void {
  const now = Date.now();
  jest.spyOn(Date, 'now').mockReturnValue(now + ms);
}

function keySetOf(...keys: SigningKey[]): Reply {
  return json(200, { keys: keys.map(({ published }) => published) });
}

/** Verifies a token that `key` signed. Returns its subject. */
async function verify(keys: ExternalKeys, key: SigningKey, kid = key.kid): Promise<string | undefined> {
  const token = await new SignJWT({})
    .setSubject('ann')
    .setProtectedHeader({ alg: 'RS256', kid })
    .sign(key.privateKey);
  return (await jwtVerify(token, keys.find)).payload.sub;
}

describe('the keys of the external identity provider', () => {
  it('the external keys are fetched once for any number of tokens', async () => {
    server.script(keySetOf(first));
    const keys = new ExternalKeys(server.url, new FakeClock());
    await Promise.all(Array.from({ length: 20 }, () => verify(keys, first)));
    await verify(keys, first);
    expect(server.requests).toHaveLength(1);
  });

  it('tokens with unknown key ids do not cause further fetches', async () => {
    server.script(keySetOf(first));
    const keys = new ExternalKeys(server.url, new FakeClock());
    await verify(keys, first);
    for (let n = 0; n < 50; n++) {
      await expect(verify(keys, second, `unknown-${n}`)).rejects.toMatchObject({
        code: 'ERR_JWKS_NO_MATCHING_KEY',
      });
    }
    expect(server.requests).toHaveLength(1);
  });

  it('after a key rotation, tokens of the new key are accepted and those of the old one are not', async () => {
    server.script(keySetOf(first), keySetOf(second));
    const keys = new ExternalKeys(server.url, new FakeClock());
    await verify(keys, first);
    advanceJose(3_600_000);
    await expect(verify(keys, second)).resolves.toBe('ann');
    await expect(verify(keys, first)).rejects.toThrow();
  });

  it.each<[string, Reply]>([
    ['an error', json(500, {})],
    ['a JSON string', json(200, 'rubbish')],
    ['another JSON object', json(200, { hello: 'world' })],
    ['a redirect', (response) => response.writeHead(302, { Location: 'http://127.0.0.1:1/' }).end()],
    ['a closed connection', (response) => response.destroy()],
  ])(
    'after %s instead of a key set, the external keys are not fetched again for ten seconds',
    async (_, reply) => {
      server.script(reply);
      const clock = new FakeClock();
      const keys = new ExternalKeys(server.url, clock);
      for (let n = 0; n < 5; n++) await expect(verify(keys, first)).rejects.toBeInstanceOf(ExternalKeysError);
      expect(server.requests).toHaveLength(1);

      server.script(keySetOf(first));
      await clock.advance(9_999);
      await expect(verify(keys, first)).rejects.toMatchObject({ retryAfterSeconds: 1 });
      await clock.advance(1);
      await expect(verify(keys, first)).resolves.toBe('ann');
    },
  );

  it('a fetch of the external keys times out after three seconds', async () => {
    server.script(() => undefined);
    const timeout = jest
      .spyOn(AbortSignal, 'timeout')
      .mockReturnValue(AbortSignal.abort(new DOMException('too late', 'TimeoutError')));
    const keys = new ExternalKeys(server.url, new FakeClock());
    await expect(verify(keys, first)).rejects.toBeInstanceOf(ExternalKeysError);
    expect(timeout).toHaveBeenCalledWith(3_000);
  });

  it('cached external keys stay valid when a fetch for an unknown key fails', async () => {
    server.script(keySetOf(first), json(500, {}));
    const keys = new ExternalKeys(server.url, new FakeClock());
    await verify(keys, first);
    advanceJose(60_000);
    await expect(verify(keys, second)).rejects.toBeInstanceOf(ExternalKeysError);
    await expect(verify(keys, first)).resolves.toBe('ann');
  });
});
