import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { TmdbClient } from '../../src/tmdb/tmdb-client.js';
import type { TmdbCounters } from '../../src/tmdb/tmdb-call.js';
import { FakeClock } from '../support/fake-clock.js';
import { json, ScriptedServer, type Reply } from '../support/scripted-server.js';
import { MOVIE, tmdbClient } from '../support/tmdb-client.js';
import { until } from '../support/until.js';

const good = json(200, MOVIE);
const hang: Reply = (response) =>
  response.writeHead(200, { 'Content-Type': 'application/json' }).write('{"id": ');

let server: ScriptedServer;
let clock: FakeClock;
let tmdb: TmdbClient;
let counters: TmdbCounters;

beforeAll(async () => {
  server = await ScriptedServer.start();
});
afterAll(() => server.stop());
beforeEach(() => {
  clock = new FakeClock(new Date('2026-09-01T12:00:00Z'));
  tmdb = tmdbClient(server.url, { TMDB_TIMEOUT_MS: '60000', TMDB_REQUESTS_PER_SECOND: '100000' }, clock);
  counters = { requests: 0, retries: 0, rateLimited: 0, waitedMs: 0 };
});

/** Requests take real time while the fake clock stands still. */
function isWaiting(): Promise<void> {
  return until(() => tmdb.waiting() !== null, { deadlineMs: 10_000, what: 'a wait is reported' });
}

function hasWaited(ms: number): Promise<void> {
  return until(() => counters.waitedMs === ms, { deadlineMs: 10_000, what: `the back-off reaches ${ms} ms` });
}

it('no wait is reported while TMDB responds', async () => {
  server.script(good);
  const call = tmdb.movie(550, {});
  expect(tmdb.waiting()).toBeNull();
  await call;
  expect(tmdb.waiting()).toBeNull();
});

describe('a pause that TMDB asks for', () => {
  it('is reported with its remaining seconds and its end', async () => {
    server.script(json(429, { status_code: 25 }, { 'Retry-After': '12' }), good);
    const call = tmdb.movie(550, {});
    await isWaiting();
    const end = '2026-09-01T12:00:12.000Z';
    expect(tmdb.waiting()).toEqual({
      for: 'throttled',
      message: 'TMDB asked for a pause (429); requests resume in 12 s.',
      until: end,
    });
    await clock.advance(4_500);
    expect(tmdb.waiting()).toMatchObject({ message: expect.stringContaining('in 8 s.'), until: end });
    await clock.advance(7_500);
    expect(tmdb.waiting()).toBeNull();
    await call;
  });

  it('is not reported when no request waits for it', async () => {
    server.script(json(429, { status_code: 25 }, { 'Retry-After': '12' }));
    const cancel = new AbortController();
    const call = tmdb.movie(550, { signal: cancel.signal });
    await isWaiting();
    cancel.abort();
    await expect(call).rejects.toThrow();
    expect(tmdb.waiting()).toBeNull();
  });
});

describe('a failing TMDB', () => {
  it('is reported with the last error after two seconds of failures, until it responds', async () => {
    const bad = json(502, {});
    server.script(bad, bad, bad, good);
    const call = tmdb.movie(550, { counters });
    await hasWaited(500);
    expect(tmdb.waiting()).toBeNull();
    await clock.advance(500);
    await hasWaited(1_500);
    await clock.advance(1_000);
    await hasWaited(3_500);
    expect(tmdb.waiting()).toBeNull();
    await clock.advance(500);
    expect(tmdb.waiting()).toEqual({
      for: 'failing',
      message: 'TMDB is failing; retrying. The last error: TMDB or a gateway in front of it failed (502).',
      until: '2026-09-01T12:00:05.000Z',
    });
    await clock.advance(1_500);
    await call;
    expect(tmdb.waiting()).toBeNull();
  });

  it('is not reported while it responds to requests for other movies', async () => {
    server.script((response, request) => {
      (request.url?.includes('/movie/13') === true ? json(502, {}) : good)(response, request);
    });
    const call = tmdb.movie(13, { counters });
    for (const waitedMs of [500, 1_500, 3_500, 7_500]) {
      await hasWaited(waitedMs);
      await tmdb.movie(550, {});
      expect(tmdb.waiting()).toBeNull();
      // Back-off doubles: the one that has just begun takes half of the total so far and 250 ms.
      await clock.advance((waitedMs + 500) / 2);
    }
    await expect(call).rejects.toThrow('(502)');
  });
});

describe('a slow TMDB', () => {
  it('is reported with the waiting time of the oldest request', async () => {
    server.script(hang);
    const cancel = new AbortController();
    const call = tmdb.movie(550, { signal: cancel.signal });
    await server.requestArrived();
    await clock.advance(4_999);
    expect(tmdb.waiting()).toBeNull();
    await clock.advance(1);
    expect(tmdb.waiting()).toEqual({
      for: 'slow',
      message: 'TMDB is slow; a request has been waiting for 5 s.',
      until: '2026-09-01T12:00:08.000Z',
    });
    await clock.advance(4_000);
    expect(tmdb.waiting()).toMatchObject({ message: expect.stringContaining('for 9 s.') });
    cancel.abort();
    await expect(call).rejects.toThrow();
    expect(tmdb.waiting()).toBeNull();
  });
});
