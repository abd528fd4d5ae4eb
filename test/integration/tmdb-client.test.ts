import type { ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
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
let tally: TmdbCounters;

beforeAll(async () => {
  server = await ScriptedServer.start();
});
afterAll(() => server.stop());
beforeEach(() => {
  clock = new InstantClock(TIMEOUT_MS);
  tally = { requests: 0, retries: 0, rateLimited: 0, waitedMs: 0 };
});

function client(env: Record<string, string> = {}): TmdbClient {
  return tmdbClient(server.url, { TMDB_TIMEOUT_MS: String(TIMEOUT_MS), ...env }, clock);
}

async function failureOf(asked: Promise<unknown>): Promise<TmdbError> {
  const error = await asked.then(
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

describe('the key', () => {
  it('of version 3 goes into the query', async () => {
    server.script(json(200, { success: true }));
    await client().checkKey({});
    expect(server.requests[0]?.url).toBe(`/3/authentication?api_key=${KEY}`);
    expect(server.requests[0]?.headers.authorization).toBeUndefined();
  });

  it('of version 4 goes into a header', async () => {
    server.script(json(200, { success: true }));
    await client({ TMDB_API_KEY: TOKEN }).checkKey({});
    expect(server.requests[0]?.url).toBe('/3/authentication');
    expect(server.requests[0]?.headers.authorization).toBe(`Bearer ${TOKEN}`);
  });

  it.each([KEY, TOKEN])('is in no error, whatever goes wrong: %s', async (key) => {
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

  it('that is refused is asked with once, and the error names the setting', async () => {
    server.script(json(401, { success: false, status_code: 7 }));
    const error = await failureOf(client().movie(550, { tally }));
    expect(error.kind).toBe('key_refused');
    expect(error.message).toContain('Check TMDB_API_KEY');
    expect(tally.requests).toBe(1);
  });
});

describe('what is asked', () => {
  it('is all of a movie in one request', async () => {
    server.script(json(200, MOVIE));
    await client({ TMDB_LANGUAGE: 'de-DE' }).movie(550, {});
    const url = new URL(server.requests[0]?.url ?? '', server.url);
    expect(url.pathname).toBe('/3/movie/550');
    expect(Object.fromEntries(url.searchParams)).toEqual({
      api_key: KEY,
      language: 'de-DE',
      append_to_response: 'credits,keywords,videos,similar',
      include_video_language: 'de,en,null',
    });
    expect(server.requests).toHaveLength(1);
  });

  it('is a list in a language and for a region', async () => {
    server.script(json(200, PAGE));
    await client({ TMDB_REGION: 'DE' }).list('now_playing', 3, {});
    expect(server.requests[0]?.url).toBe(
      `/3/movie/now_playing?api_key=${KEY}&language=en-US&region=DE&page=3`,
    );
  });

  it('goes over one connection when one at a time is asked', async () => {
    server.script(json(200, MOVIE));
    server.connections.clear();
    const tmdb = client();
    for (let n = 0; n < 5; n++) await tmdb.movie(550, {});
    expect(server.connections.size).toBe(1);
  });

  it('never goes over more connections than are allowed at once', async () => {
    const held: ServerResponse[] = [];
    let most = 0;
    server.script((response) => {
      most = Math.max(most, held.push(response));
      if (held.length < 3) return;
      setImmediate(() => {
        for (const waiting of held.splice(0)) waiting.end(JSON.stringify(MOVIE));
      });
    });
    const tmdb = client({ TMDB_MAX_CONCURRENCY: '3', TMDB_REQUESTS_PER_SECOND: '100000' });
    await Promise.all(Array.from({ length: 30 }, () => tmdb.movie(550, {})));
    expect(most).toBe(3);
  });
});

describe('what fails for a moment', () => {
  it.each([
    ['a dropped connection', drop],
    ['half a body', truncated],
    ['half a compressed body', halfGzip],
    ['HTML', html],
    ['500', json(500, { status_code: 11 })],
    ['502 from a gateway', (response) => response.writeHead(502).end('<html>')],
    ['503 of maintenance', json(503, { status_code: 46 })],
  ] satisfies [string, Reply][])('is asked for again after %s', async (_, reply) => {
    server.script(reply, reply, json(200, MOVIE));
    await expect(client().movie(550, { tally })).resolves.toMatchObject({ id: 550 });
    expect(tally).toMatchObject({ requests: 3, retries: 2, rateLimited: 0, waitedMs: 1_500 });
  });

  it('is asked for again when an answer hangs in the middle of its body', async () => {
    server.script(hang, json(200, MOVIE));
    const asked = client().movie(550, { tally });
    while (server.requests.length === 0) await clock.advance(0);
    await clock.advance(TIMEOUT_MS);
    await expect(asked).resolves.toMatchObject({ id: 550 });
    expect(tally.retries).toBe(1);
  });

  it('is given up after five tries, ever further apart', async () => {
    server.script(json(500, { status_code: 11 }));
    expect((await failureOf(client().movie(550, { tally }))).kind).toBe('server_error');
    expect(tally).toMatchObject({ requests: 5, retries: 4 });
    expect(clock.slept.filter((ms) => ms >= 500)).toEqual([500, 1_000, 2_000, 4_000]);
  });

  it('is TMDB being down after ten failures of different movies', async () => {
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

describe('what fails for good', () => {
  it.each([
    [404, { status_code: 34 }, 'not_found'],
    [400, { status_code: 22 }, 'bad_request'],
    [302, {}, 'bad_request'],
    [200, { id: 551, title: 'Another' }, 'unusable_body'],
    [200, { ...MOVIE, id: 551 }, 'unusable_body'],
    [200, { ...MOVIE, credits: undefined }, 'unusable_body'],
    [200, [], 'unusable_body'],
  ])('is not asked for again: %i %j', async (status, body, kind) => {
    server.script(json(status, body, { Location: `${server.url}/elsewhere` }));
    expect((await failureOf(client().movie(550, { tally }))).kind).toBe(kind);
    expect(tally.requests).toBe(1);
  });

  it('is a body without end', async () => {
    server.script((response) => {
      response.writeHead(200);
      const more = (): void => {
        while (!response.destroyed && response.write('x'.repeat(1 << 20)));
      };
      response.on('drain', more);
      more();
    });
    const error = await failureOf(client().movie(550, { tally }));
    expect(error.message).toContain('longer than 10 MB');
    expect(tally.requests).toBe(1);
  });

  it('is a host that is not there, in words that name the setting', async () => {
    const error = await failureOf(client({ TMDB_BASE_URL: 'http://127.0.0.1:1' }).movie(550, {}));
    expect(error).toMatchObject({ kind: 'connection' });
    expect(error.message).toContain('Nothing listens at TMDB_BASE_URL');
  });
});

describe('too many requests', () => {
  it.each([
    [{ 'Retry-After': '3' }, 3_000],
    [{ 'Retry-After': '0' }, 1_000],
    [{}, 1_000],
    [{ 'Retry-After': new Date(Date.parse('2026-09-01T12:00:04Z')).toUTCString() }, 4_000],
  ])('are a pause for all, not a failed try: %j', async (headers, pauseMs) => {
    server.script(json(429, { status_code: 25 }, headers), json(200, MOVIE));
    const tmdb = client();
    await tmdb.movie(550, { tally });
    expect(tally).toMatchObject({ requests: 2, retries: 1, rateLimited: 1 });
    expect(Math.round(tally.waitedMs / 10) * 10).toBe(pauseMs);
    expect(clock.monotonicMs()).toBeGreaterThanOrEqual(pauseMs);
  });

  it('may be said more often than five times', async () => {
    const refusal = json(429, { status_code: 25 });
    server.script(refusal, refusal, refusal, refusal, refusal, refusal, refusal, json(200, MOVIE));
    await expect(client().movie(550, { tally })).resolves.toMatchObject({ id: 550 });
    expect(tally.rateLimited).toBe(7);
  });

  it('are TMDB being unavailable when nothing else is ever said', async () => {
    server.script(json(429, { status_code: 25 }));
    expect((await failureOf(client().movie(550, {}))).kind).toBe('unavailable');
    expect(server.requests).toHaveLength(11);
  });
});

describe('a call that is cancelled', () => {
  it('ends at once, in the middle of a body', async () => {
    const cancel = new AbortController();
    server.script((response, request) => {
      hang(response, request);
      setImmediate(() => {
        cancel.abort(new Error('cancelled'));
      });
    });
    await expect(client().movie(550, { signal: cancel.signal })).rejects.toThrow('cancelled');
  });

  it('sends nothing once it is', async () => {
    server.script(json(200, MOVIE));
    const cancelled = AbortSignal.abort(new Error('cancelled'));
    await expect(client().movie(550, { signal: cancelled })).rejects.toThrow('cancelled');
    expect(server.requests).toHaveLength(0);
  });
});
