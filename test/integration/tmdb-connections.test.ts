import net, { type Socket, type TcpNetConnectOpts } from 'node:net';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { TmdbError } from '../../src/tmdb/tmdb-error.js';
import { answer, answerAndClose, close, RawServer, reset, stall } from '../support/raw-server.js';
import { swiftClock } from '../support/swift-clock.js';
import { MOVIE, tmdbClient } from '../support/tmdb-client.js';

let server: RawServer;
afterEach(() => {
  server.stop();
});

/** The settings of a client that reaches TMDB through the server as a proxy, or as TMDB itself. */
const THROUGH = {
  'a proxy': (port: number) => ({
    baseUrl: 'https://tmdb.example/3',
    env: { HTTPS_PROXY: `http://127.0.0.1:${port}` },
  }),
  'a proxy over TLS': (port: number) => ({
    baseUrl: 'https://tmdb.example/3',
    env: { HTTPS_PROXY: `https://127.0.0.1:${port}` },
  }),
  'no proxy': (port: number) => ({ baseUrl: `https://127.0.0.1:${port}/3`, env: {} }),
  'no proxy and plain HTTP': (port: number) => ({ baseUrl: `http://127.0.0.1:${port}/3`, env: {} }),
};

const ESTABLISHED = 'HTTP/1.1 200 Connection established\r\n\r\n';
const STALLS: [keyof typeof THROUGH, string, (socket: Socket) => void][] = [
  ['a proxy', 'CONNECT', stall],
  ['a proxy', 'the middle of its answer to CONNECT', answer('HTTP/1.1 200 Connection')],
  ['a proxy', 'TLS with TMDB', answer(ESTABLISHED)],
  ['a proxy over TLS', 'TLS with the proxy', stall],
  ['no proxy', 'TLS', stall],
  ['no proxy and plain HTTP', 'the headers', stall],
  ['no proxy and plain HTTP', 'the body', answer('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{')],
];
const FAILURES: [keyof typeof THROUGH, string, (socket: Socket) => void][] = [
  ['a proxy', 'closes at once', close],
  ['a proxy', 'resets at once', reset],
  ['a proxy', 'closes at CONNECT', answerAndClose('')],
  ['a proxy', 'closes in the middle of its answer to CONNECT', answerAndClose('HTTP/1.1 200 Conn')],
  ['a proxy', 'answers CONNECT with garbage', answerAndClose('SSH-2.0-OpenSSH_9.2\r\n')],
  ['a proxy', 'closes the tunnel at once', answerAndClose(ESTABLISHED)],
  ['a proxy over TLS', 'closes at once', close],
  ['no proxy', 'closes at once', close],
  ['no proxy', 'resets at once', reset],
  ['no proxy', 'does not speak TLS', answerAndClose('HTTP/1.1 400 Bad Request\r\n\r\n')],
  ['no proxy and plain HTTP', 'closes at once', close],
  ['no proxy and plain HTTP', 'resets at once', reset],
];

describe('a request to TMDB', () => {
  it.each(STALLS)('through %s that stalls at %s is cancelled at once', async (through, _, treat) => {
    server = await RawServer.start(treat);
    const { baseUrl, env } = THROUGH[through](server.port);
    const cancel = new AbortController();
    const call = tmdbClient(baseUrl, { TMDB_TIMEOUT_MS: '600000', ...env }).movie(550, {
      signal: cancel.signal,
    });
    void server.connected().then(() => {
      setImmediate(() => {
        cancel.abort(new Error('cancelled'));
      });
    });
    await expect(call).rejects.toThrow('cancelled');
  });

  it.each(STALLS)('through %s that stalls at %s fails after TMDB_TIMEOUT_MS', async (through, _, treat) => {
    server = await RawServer.start(treat);
    const { baseUrl, env } = THROUGH[through](server.port);
    const call = tmdbClient(baseUrl, { TMDB_TIMEOUT_MS: '400', ...env }, swiftClock).movie(550, {});
    await expect(call).rejects.toMatchObject({ kind: 'timeout' });
  });

  it.each(FAILURES)('through %s that %s makes one connection for each attempt', async (through, _, treat) => {
    server = await RawServer.start(treat);
    const { baseUrl, env } = THROUGH[through](server.port);
    const error = await tmdbClient(baseUrl, env, swiftClock)
      .movie(550, {})
      .then(String, (reason: unknown) => reason);
    expect(error).toBeInstanceOf(TmdbError);
    expect(server.connections).toBe(5);
  });
});

describe('a host with several addresses', () => {
  const connect = net.connect;
  const optionsOf: TcpNetConnectOpts[] = [];

  /** The name resolves to these addresses. */
  function resolveTo(...addresses: readonly string[]): void {
    optionsOf.length = 0;
    jest.spyOn(net, 'connect').mockImplementation(((options: TcpNetConnectOpts) => {
      optionsOf.push(options);
      const all = addresses.map((address) => ({ address, family: net.isIP(address) }));
      return connect({
        ...options,
        lookup: (_, _options, done) => {
          done(null, all);
        },
      });
    }) as typeof net.connect);
  }
  afterEach(() => {
    jest.restoreAllMocks();
  });

  it.each([
    ['TMDB', 'http://localhost', {}],
    ['the proxy', 'https://tmdb.example', { HTTPS_PROXY: 'http://proxy.example:1' }],
  ])('is tried at each, with seconds for each, and %s is named with all of them', async (_, host, env) => {
    server = await RawServer.start(close);
    resolveTo('127.0.0.2', '::1', '127.0.0.3');
    const baseUrl = `${host}:1/3`;
    const message = await tmdbClient(baseUrl, env, swiftClock).movie(550, {}).then(String, String);
    for (const address of ['127.0.0.2:1 ECONNREFUSED', '127.0.0.3:1 ECONNREFUSED', '::1:1 E']) {
      expect(message).toContain(address);
    }
    expect(optionsOf[0]).toMatchObject({ autoSelectFamily: true, autoSelectFamilyAttemptTimeout: 2_000 });
  });

  it('is reached at its last address when the others refuse', async () => {
    const body = JSON.stringify(MOVIE);
    server = await RawServer.start(
      answerAndClose(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`),
    );
    resolveTo('127.0.0.2', '127.0.0.3', '127.0.0.1');
    const tmdb = tmdbClient(`http://localhost:${server.port}/3`, {}, swiftClock);
    await expect(tmdb.movie(550, {})).resolves.toMatchObject({ id: 550 });
  });
});
