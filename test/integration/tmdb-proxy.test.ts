import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { InstantClock } from '../support/fake-clock.js';
import { tmdbClient } from '../support/tmdb-client.js';

/** A proxy that rejects every tunnel. */
const proxy = createServer();
const targets: string[] = [];
const authorizations: (string | undefined)[] = [];

beforeAll(async () => {
  proxy.on('connect', ({ url, headers }, socket: Socket) => {
    targets.push(url ?? '');
    authorizations.push(headers['proxy-authorization']);
    socket.end('HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n');
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
});
afterAll(() => new Promise((resolve) => proxy.close(resolve)));
beforeEach(() => {
  targets.length = 0;
  authorizations.length = 0;
});

async function failure(baseUrl: string, noProxy?: string): Promise<string> {
  const { port } = proxy.address() as AddressInfo;
  const tmdb = tmdbClient(
    baseUrl,
    {
      HTTPS_PROXY: `http://me:secret@127.0.0.1:${port}`,
      ...(noProxy !== undefined && { NO_PROXY: noProxy }),
    },
    new InstantClock(10_000),
  );
  return tmdb.movie(550, {}).then(String, String);
}

describe('HTTPS_PROXY', () => {
  it('a proxy that rejects the tunnel is named in the error, without its password', async () => {
    const message = await failure('https://tmdb.example/3');
    expect(new Set(targets)).toEqual(new Set(['tmdb.example:443']));
    expect(new Set(authorizations)).toEqual(new Set([`Basic ${btoa('me:secret')}`]));
    expect(message).toContain('The proxy in HTTPS_PROXY rejected its user name and password');
    expect(message).not.toContain('secret');
  });

  it.each(['localhost', '.localhost', '*.LocalHost', 'tmdb.example, localhost', 'localhost:1', '*'])(
    'NO_PROXY=%s bypasses the proxy for localhost',
    async (noProxy) => {
      expect(await failure('https://localhost:1/3', noProxy)).toContain('Nothing listens');
      expect(targets).toEqual([]);
    },
  );

  it.each(['', 'host', 'tmdb.example', 'localhost:8443'])(
    'NO_PROXY=%j does not bypass the proxy for localhost',
    async (noProxy) => {
      await failure('https://localhost:1/3', noProxy);
      expect(targets).toContain('localhost:1');
    },
  );

  it('plain HTTP bypasses the proxy', async () => {
    expect(await failure('http://127.0.0.1:1/3')).toContain('Nothing listens');
    expect(targets).toEqual([]);
  });
});
