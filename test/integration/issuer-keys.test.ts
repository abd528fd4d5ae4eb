import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, jwtVerify, SignJWT } from 'jose';
import { IssuerDownError } from '../../src/auth/tokens/issuer-down-error.js';
import { IssuerKeys } from '../../src/auth/tokens/issuer-keys.js';
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

/** Lets time pass for jose, which keeps keys by the time of day. */
function hoursPass(hours: number): void {
  const now = Date.now();
  jest.spyOn(Date, 'now').mockReturnValue(now + hours * 3_600_000);
}

function publishes(...keys: SigningKey[]): Reply {
  return json(200, { keys: keys.map(({ published }) => published) });
}

/** The subject of a token that `key` signed, as `keys` sees it. */
async function check(keys: IssuerKeys, key: SigningKey, kid = key.kid): Promise<string | undefined> {
  const token = await new SignJWT({})
    .setSubject('ann')
    .setProtectedHeader({ alg: 'RS256', kid })
    .sign(key.privateKey);
  return (await jwtVerify(token, keys.find)).payload.sub;
}

describe("an outside issuer's keys", () => {
  it('are asked for once, however many tokens come', async () => {
    server.script(publishes(first));
    const keys = new IssuerKeys(server.url, new FakeClock());
    await Promise.all(Array.from({ length: 20 }, () => check(keys, first)));
    await check(keys, first);
    expect(server.requests).toHaveLength(1);
  });

  it('that nobody knows do not make it ask again and again', async () => {
    server.script(publishes(first));
    const keys = new IssuerKeys(server.url, new FakeClock());
    await check(keys, first);
    for (let n = 0; n < 50; n++) {
      await expect(check(keys, second, `unknown-${n}`)).rejects.toMatchObject({
        code: 'ERR_JWKS_NO_MATCHING_KEY',
      });
    }
    expect(server.requests).toHaveLength(1);
  });

  it('may be replaced by new ones, and the old ones then count no longer', async () => {
    server.script(publishes(first), publishes(second));
    const keys = new IssuerKeys(server.url, new FakeClock());
    await check(keys, first);
    hoursPass(1);
    await expect(check(keys, second)).resolves.toBe('ann');
    await expect(check(keys, first)).rejects.toThrow();
  });

  it.each<[string, Reply]>([
    ['an error', json(500, {})],
    ['rubbish', json(200, 'rubbish')],
    ['something else than keys', json(200, { hello: 'world' })],
    ['a way elsewhere', (response) => response.writeHead(302, { Location: 'http://127.0.0.1:1/' }).end()],
    ['nothing', (response) => response.destroy()],
  ])('are not to be had when it answers with %s: it is left alone for ten seconds', async (_, reply) => {
    server.script(reply);
    const clock = new FakeClock();
    const keys = new IssuerKeys(server.url, clock);
    for (let n = 0; n < 5; n++) await expect(check(keys, first)).rejects.toBeInstanceOf(IssuerDownError);
    expect(server.requests).toHaveLength(1);

    server.script(publishes(first));
    await clock.advance(9_999);
    await expect(check(keys, first)).rejects.toMatchObject({ retryAfterSeconds: 1 });
    await clock.advance(1);
    await expect(check(keys, first)).resolves.toBe('ann');
  });

  it('are waited for three seconds at most', async () => {
    server.script(() => undefined);
    const timeout = jest
      .spyOn(AbortSignal, 'timeout')
      .mockReturnValue(AbortSignal.abort(new DOMException('too late', 'TimeoutError')));
    const keys = new IssuerKeys(server.url, new FakeClock());
    await expect(check(keys, first)).rejects.toBeInstanceOf(IssuerDownError);
    expect(timeout).toHaveBeenCalledWith(3_000);
  });

  it('that are known go on counting while it is down and somebody sends unknown ones', async () => {
    server.script(publishes(first), json(500, {}));
    const keys = new IssuerKeys(server.url, new FakeClock());
    await check(keys, first);
    const now = Date.now();
    jest.spyOn(Date, 'now').mockReturnValue(now + 60_000);
    await expect(check(keys, second)).rejects.toBeInstanceOf(IssuerDownError);
    await expect(check(keys, first)).resolves.toBe('ann');
  });
});
