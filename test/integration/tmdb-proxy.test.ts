import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { InstantClock } from '../support/fake-clock.js';
import { tmdbClient } from '../support/tmdb-client.js';

/** A proxy that opens no tunnel. */
const proxy = createServer();
const asked: string[] = [];
const authorizations: (string | undefined)[] = [];

beforeAll(async () => {
  proxy.on('connect', ({ url, headers }, socket: Socket) => {
    asked.push(url ?? '');
    authorizations.push(headers['proxy-authorization']);
    socket.end('HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n');
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
});
afterAll(() => new Promise((resolve) => proxy.close(resolve)));
beforeEach(() => {
  asked.length = 0;
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
  it('is asked for a tunnel, and what it refuses is named', async () => {
    const message = await failure('https://tmdb.example/3');
    expect(new Set(asked)).toEqual(new Set(['tmdb.example:443']));
    expect(new Set(authorizations)).toEqual(new Set([`Basic ${btoa('me:secret')}`]));
    expect(message).toContain('The proxy in HTTPS_PROXY rejected the connection to TMDB (407)');
    expect(message).not.toContain('secret');
  });

  it.each(['localhost', '.localhost', '*.LocalHost', 'tmdb.example, localhost', 'localhost:1', '*'])(
    'is not asked for localhost where NO_PROXY is %s',
    async (noProxy) => {
      expect(await failure('https://localhost:1/3', noProxy)).toContain('Nothing listens');
      expect(asked).toEqual([]);
    },
  );

  it.each(['', 'host', 'tmdb.example', 'localhost:8443'])(
    'is asked for localhost where NO_PROXY is %j',
    async (noProxy) => {
      await failure('https://localhost:1/3', noProxy);
      expect(asked).toContain('localhost:1');
    },
  );

  it('is not asked for plain HTTP', async () => {
    expect(await failure('http://127.0.0.1:1/3')).toContain('Nothing listens');
    expect(asked).toEqual([]);
  });
});
