import type { ServerResponse } from 'node:http';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { TmdbClient } from '../../src/tmdb/tmdb-client.js';
import type { TmdbCounters } from '../../src/tmdb/tmdb-call.js';
import { TmdbError } from '../../src/tmdb/tmdb-error.js';
import { InstantClock } from '../support/fake-clock.js';
import { json, ScriptedServer, type Reply } from '../support/scripted-server.js';
import { MOVIE, tmdbClient, TMDB_KEY as KEY } from '../support/tmdb-client.js';

const TOKEN = 'eyJhbGciOiJIUzI1NiJ9.eyJhdWQiOiJ4In0.c2lnbmF0dXJl';
const TIMEOUT_MS = 10_000;
const PAGE = { page: 1, results: [{ id: 550 }], total_pages: 1, total_results: 1 };

let server: ScriptedServer;
let clock: InstantClock;
let counters: TmdbCounters;

beforeAll(async () => {
  server = await ScriptedServer.start();
});
afterAll(() => server.stop());
beforeEach(() => {
  clock = new InstantClock(TIMEOUT_MS);
  counters = { requests: 0, retries: 0, rateLimited: 0, waitedMs: 0 };
});

function client(env: Record<string, string> = {}): TmdbClient {
  return tmdbClient(server.url, { TMDB_TIMEOUT_MS: String(TIMEOUT_MS), ...env }, clock);
}

async function failureOf(call: Promise<unknown>): Promise<TmdbError> {
  const error = await call.then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(TmdbError);
  return error as TmdbError;
}

const drop: Reply = (response) => response.socket?.destroy();
const hang: Reply = (response) =>
  response.writeHead(200, { 'Content-Type': 'application/json' }).write('{"id": ');
const html: Reply = (response) => response.writeHead(200, { 'Content-Type': 'text/html' }).end('<html>');
const truncated: Reply = (response) => {
  response.writeHead(200, { 'Content-Length': '1000' }).write('{"id": 550', () => response.socket?.destroy());
};
const halfGzip: Reply = (response) => {
  const whole = gzipSync(JSON.stringify({ ...MOVIE, overview: 'x'.repeat(5_000) }));
  response.writeHead(200, { 'Content-Encoding': 'gzip' }).end(whole.subarray(0, whole.length / 2));
};

describe('the API key', () => {
  it('is sent in the query when it is a v3 key', async () => {
    server.script(json(200, { success: true }));
    await client().checkKey({});
    expect(server.requests[0]?.url).toBe(`/3/authentication?api_key=${KEY}`);
    expect(server.requests[0]?.headers.authorization).toBeUndefined();
  });

  it('is sent in a header when it is a v4 token', async () => {
    server.script(json(200, { success: true }));
    await client({ TMDB_API_KEY: TOKEN }).checkKey({});
    expect(server.requests[0]?.url).toBe('/3/authentication');
    expect(server.requests[0]?.headers.authorization).toBe(`Bearer ${TOKEN}`);
  });

  it.each([KEY, TOKEN])('is never part of an error: %s', async (key) => {
    const replies = [
      drop,
      truncated,
      html,
      halfGzip,
      json(401, { status_code: 7 }),
      json(500, {}),
      json(418, {}),
    ];
    for (const reply of replies) {
      server.script(reply);
      const error = await failureOf(client({ TMDB_API_KEY: key }).movie(550, {}));
      const everything = JSON.stringify([
        error,
        error.stack,
        error.message,
        error.cause,
        Object.entries(error),
      ]);
      expect(everything).not.toContain(key);
    }
  });

  it('is not tried again after TMDB rejected it, and the error names the setting', async () => {
    server.script(json(401, { success: false, status_code: 7 }));
    const error = await failureOf(client().movie(550, { counters }));
    expect(error.kind).toBe('key_refused');
    expect(error.message).toContain('Check TMDB_API_KEY');
    expect(counters.requests).toBe(1);
  });
});

describe('the TMDB client', () => {
  it('requests all details of a movie in one request', async () => {
    server.script(json(200, MOVIE));
    await client({ TMDB_LANGUAGE: 'de-DE' }).movie(550, {});
    const url = new URL(server.requests[0]?.url ?? '', server.url);
    expect(url.pathname).toBe('/3/movie/550');
    expect(Object.fromEntries(url.searchParams)).toEqual({
      api_key: KEY,
      language: 'de-DE',
      append_to_response: 'credits,keywords,videos,similar,alternative_titles,release_dates',
      include_video_language: 'de,en,null',
    });
    expect(server.requests).toHaveLength(1);
  });

  it('requests translations only when LANGUAGES names languages', async () => {
    server.script(
      json(200, MOVIE),
      json(200, { ...MOVIE, translations: { translations: [] } }),
      json(200, MOVIE),
    );
    const appended = (): string | null =>
      new URL(server.requests.at(-1)?.url ?? '', server.url).searchParams.get('append_to_response');
    await client().movie(550, {});
    expect(appended()).not.toContain('translations');
    await client({ LANGUAGES: 'de' }).movie(550, {});
    expect(appended()).toContain(',translations');
    await expect(client({ LANGUAGES: 'de' }).movie(550, {})).rejects.toMatchObject({ kind: 'unusable_body' });
  });

  it('requests a list in the configured language and region', async () => {
    server.script(json(200, { ...PAGE, page: 3, total_pages: 3 }));
    await client({ TMDB_REGION: 'DE' }).list('now_playing', 3, {});
    expect(server.requests[0]?.url).toBe(
      `/3/movie/now_playing?api_key=${KEY}&language=en-US&region=DE&page=3`,
    );
  });

  it('uses one connection for consecutive requests', async () => {
    server.script(json(200, MOVIE));
    server.connections.clear();
    const tmdb = client();
    for (let n = 0; n < 5; n++) await tmdb.movie(550, {});
    expect(server.connections.size).toBe(1);
  });

  it.each(['identity', '', 'br', 'X-GZIP', 'gzip, identity'])(
    'reads a response with the content encoding %j',
    async (encoding) => {
      const body = JSON.stringify(MOVIE);
      const compress =
        encoding === 'br' ? brotliCompressSync : /gzip/i.test(encoding) ? gzipSync : Buffer.from;
      server.script((response) =>
        response.writeHead(200, { 'Content-Encoding': encoding }).end(compress(body)),
      );
      await expect(client().movie(550, {})).resolves.toMatchObject({ id: 550 });
    },
  );

  it('names a content encoding that it cannot read', async () => {
    server.script((response) => response.writeHead(200, { 'Content-Encoding': ['gzip', 'br'] }).end('{}'));
    expect((await failureOf(client().movie(550, {}))).message).toContain('the content encoding gzip, br');
  });

  it('never has more requests in progress than TMDB_MAX_CONCURRENCY', async () => {
    const open: ServerResponse[] = [];
    let most = 0;
    server.script((response) => {
      most = Math.max(most, open.push(response));
      if (open.length < 3) return;
      setImmediate(() => {
        for (const waiting of open.splice(0)) waiting.end(JSON.stringify(MOVIE));
      });
    });
    const tmdb = client({ TMDB_MAX_CONCURRENCY: '3', TMDB_REQUESTS_PER_SECOND: '100000' });
    await Promise.all(Array.from({ length: 30 }, () => tmdb.movie(550, {})));
    expect(most).toBe(3);
  });
});

describe('a request that may succeed later', () => {
  it.each([
    ['a dropped connection', drop],
    ['half a body', truncated],
    ['half a compressed body', halfGzip],
    ['HTML', html],
    ['500', json(500, { status_code: 11 })],
    ['502 from a gateway', (response) => response.writeHead(502).end('<html>')],
    ['503 of maintenance', json(503, { status_code: 46 })],
  ] satisfies [string, Reply][])('is retried after %s', async (_, reply) => {
    server.script(reply, reply, json(200, MOVIE));
    await expect(client().movie(550, { counters })).resolves.toMatchObject({ id: 550 });
    expect(counters).toMatchObject({ requests: 3, retries: 2, rateLimited: 0, waitedMs: 1_500 });
  });

  it('is retried when a response stops in the middle of its body', async () => {
    server.script(hang, json(200, MOVIE));
    const call = client().movie(550, { counters });
    await server.requestArrived();
    await clock.advance(TIMEOUT_MS);
    await expect(call).resolves.toMatchObject({ id: 550 });
    expect(counters.retries).toBe(1);
  });

  it('fails after five attempts with growing delays', async () => {
    server.script(json(500, { status_code: 11 }));
    expect((await failureOf(client().movie(550, { counters }))).kind).toBe('server_error');
    expect(counters).toMatchObject({ requests: 5, retries: 4 });
    expect(clock.slept.filter((ms) => ms >= 500)).toEqual([500, 1_000, 2_000, 4_000]);
  });

  it('counts as TMDB being down after ten different movies have failed in a row', async () => {
    server.script(drop);
    const tmdb = client();
    const kinds: string[] = [];
    for (let id = 1; id <= 10; id++) kinds.push((await failureOf(tmdb.movie(id, {}))).kind);
    expect(kinds).toEqual([...Array.from({ length: 9 }, () => 'connection'), 'unavailable']);
    expect(tmdb.isDown).toBe(true);
    server.script(json(200, MOVIE));
    await tmdb.movie(550, {});
    expect(tmdb.isDown).toBe(false);
  });
});

describe('a block by a CDN', () => {
  const blocked: Reply = (response) => response.writeHead(403).end('<html>Access denied</html>');

  it('counts as TMDB being down after five responses in a row, without any retry', async () => {
    server.script(blocked);
    const tmdb = client();
    const errors: TmdbError[] = [];
    for (let id = 1; id <= 5; id++) errors.push(await failureOf(tmdb.movie(id, { counters })));
    expect(errors.map(({ kind }) => kind)).toEqual([
      ...Array.from({ length: 4 }, () => 'blocked'),
      'unavailable',
    ]);
    expect(errors.at(-1)?.message).toContain('a firewall in front of TMDB blocks the requests (403)');
    expect(counters.requests).toBe(5);
    expect(tmdb.isDown).toBe(true);
  });

  it('of single movies does not count as TMDB being down', async () => {
    server.script(blocked, blocked, blocked, blocked, json(200, MOVIE), blocked);
    const tmdb = client();
    for (let id = 1; id <= 4; id++) await failureOf(tmdb.movie(id, {}));
    await tmdb.movie(550, {});
    for (let id = 1; id <= 4; id++) expect((await failureOf(tmdb.movie(id, {}))).kind).toBe('blocked');
    expect(tmdb.isDown).toBe(false);
  });
});

describe('a request that cannot succeed', () => {
  it.each([
    [404, { status_code: 34 }, 'not_found'],
    [400, { status_code: 22 }, 'bad_request'],
    [302, {}, 'blocked'],
    [403, '<html>', 'blocked'],
    [200, { id: 551, title: 'Another' }, 'unusable_body'],
    [200, { ...MOVIE, id: 551 }, 'unusable_body'],
    [200, { ...MOVIE, credits: undefined }, 'unusable_body'],
    [200, [], 'unusable_body'],
  ])('is not retried: %i %j', async (status, body, kind) => {
    server.script(json(status, body, { Location: `${server.url}/elsewhere` }));
    expect((await failureOf(client().movie(550, { counters }))).kind).toBe(kind);
    expect(counters.requests).toBe(1);
  });

  it('is not retried when the body exceeds the length limit', async () => {
    server.script((response) => {
      response.writeHead(200);
      const more = (): void => {
        while (!response.destroyed && response.write('x'.repeat(1 << 20)));
      };
      response.on('drain', more);
      more();
    });
    const error = await failureOf(client().movie(550, { counters }));
    expect(error.message).toContain('longer than 10 MB');
    expect(counters.requests).toBe(1);
  });

  it('is not retried when a few kilobytes of gzip hold millions of values', async () => {
    const bomb = gzipSync(`{"page":1,"total_pages":1,"results":[${'{},'.repeat(3_000_000)}{}]}`);
    server.script((response) => response.writeHead(200, { 'Content-Encoding': 'gzip' }).end(bomb));
    const error = await failureOf(client().list('popular', 1, { counters }));
    expect(error).toMatchObject({ kind: 'unusable_body' });
    expect(error.message).toContain('more than 250000 values');
    expect(counters.requests).toBe(1);
  });

  it('names the setting when nothing listens at the address', async () => {
    const error = await failureOf(client({ TMDB_BASE_URL: 'http://127.0.0.1:1' }).movie(550, {}));
    expect(error).toMatchObject({ kind: 'connection' });
    expect(error.message).toContain('Nothing listens at TMDB_BASE_URL');
  });
});

describe('a 429 from TMDB', () => {
  it.each([
    [{ 'Retry-After': '3' }, 3_000],
    [{ 'Retry-After': '0' }, 1_000],
    [{}, 1_000],
    // The clock of the server is 5 minutes ahead.
    [{ 'Retry-After': 'Tue, 01 Sep 2026 12:05:04 GMT', Date: 'Tue, 01 Sep 2026 12:05:00 GMT' }, 4_000],
  ])('pauses all requests and does not count as a failed attempt: %j', async (headers, pauseMs) => {
    server.script(json(429, { status_code: 25 }, headers), json(200, MOVIE));
    const tmdb = client();
    await tmdb.movie(550, { counters });
    expect(counters).toMatchObject({ requests: 2, retries: 1, rateLimited: 1 });
    expect(Math.round(counters.waitedMs / 10) * 10).toBe(pauseMs);
    expect(clock.monotonicMs()).toBeGreaterThanOrEqual(pauseMs);
  });

  it('may be repeated more often than there are attempts', async () => {
    const refusal = json(429, { status_code: 25 });
    server.script(refusal, refusal, refusal, refusal, refusal, refusal, refusal, json(200, MOVIE));
    await expect(client().movie(550, { counters })).resolves.toMatchObject({ id: 550 });
    expect(counters.rateLimited).toBe(7);
  });

  it('makes TMDB unavailable when it follows every pause', async () => {
    server.script(json(429, { status_code: 25 }));
    expect((await failureOf(client().movie(550, {}))).kind).toBe('unavailable');
    expect(server.requests).toHaveLength(11);
  });
});

describe('a cancelled call', () => {
  it('rejects at once in the middle of a body', async () => {
    const cancel = new AbortController();
    server.script((response, request) => {
      hang(response, request);
      setImmediate(() => {
        cancel.abort(new Error('cancelled'));
      });
    });
    await expect(client().movie(550, { signal: cancel.signal })).rejects.toThrow('cancelled');
  });

  it('sends no request when it was cancelled before it began', async () => {
    server.script(json(200, MOVIE));
    const cancelled = AbortSignal.abort(new Error('cancelled'));
    await expect(client().movie(550, { signal: cancelled })).rejects.toThrow('cancelled');
    expect(server.requests).toHaveLength(0);
  });
});
