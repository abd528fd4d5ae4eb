import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { TmdbClient } from '../../src/tmdb/tmdb-client.js';
import type { TmdbCounters } from '../../src/tmdb/tmdb-call.js';
import { FakeClock } from '../support/fake-clock.js';
import { json, ScriptedServer, type Reply } from '../support/scripted-server.js';
import { MOVIE, tmdbClient } from '../support/tmdb-client.js';

const good = json(200, MOVIE);
const hang: Reply = (response) =>
  response.writeHead(200, { 'Content-Type': 'application/json' }).write('{"id": ');

let server: ScriptedServer;
let clock: FakeClock;
let tmdb: TmdbClient;
let tally: TmdbCounters;

beforeAll(async () => {
  server = await ScriptedServer.start();
});
afterAll(() => server.stop());
beforeEach(() => {
  clock = new FakeClock(new Date('2026-09-01T12:00:00Z'));
  tmdb = tmdbClient(server.url, { TMDB_TIMEOUT_MS: '60000', TMDB_REQUESTS_PER_SECOND: '100000' }, clock);
  tally = { requests: 0, retries: 0, rateLimited: 0, waitedMs: 0 };
});

/** Sockets take their time, while the clock stands still. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setImmediate(resolve));
}

it('nothing is waited for while TMDB answers', async () => {
  server.script(good);
  const asked = tmdb.movie(550, {});
  expect(tmdb.waiting()).toBeNull();
  await asked;
  expect(tmdb.waiting()).toBeNull();
});

describe('a pause that TMDB asks for', () => {
  it('is told with how long it still is, and until when', async () => {
    server.script(json(429, { status_code: 25 }, { 'Retry-After': '12' }), good);
    const asked = tmdb.movie(550, {});
    await until(() => tmdb.waiting() !== null);
    const end = '2026-09-01T12:00:12.000Z';
    expect(tmdb.waiting()).toEqual({
      for: 'throttled',
      message: 'TMDB asked for a pause (429): requests go on in 12 s.',
      until: end,
    });
    await clock.advance(4_500);
    expect(tmdb.waiting()).toMatchObject({ message: expect.stringContaining('in 8 s.'), until: end });
    await clock.advance(7_500);
    expect(tmdb.waiting()).toBeNull();
    await asked;
  });

  it('is nothing that anybody waits for when nobody asks', async () => {
    server.script(json(429, { status_code: 25 }, { 'Retry-After': '12' }));
    const leave = new AbortController();
    const asked = tmdb.movie(550, { signal: leave.signal });
    await until(() => tmdb.waiting() !== null);
    leave.abort();
    await expect(asked).rejects.toThrow();
    expect(tmdb.waiting()).toBeNull();
  });
});

describe('TMDB that fails', () => {
  it('is told with its latest error once it has failed for a while, until it answers', async () => {
    const bad = json(502, {});
    server.script(bad, bad, bad, good);
    const asked = tmdb.movie(550, { tally });
    await until(() => tally.waitedMs === 500);
    expect(tmdb.waiting()).toBeNull();
    await clock.advance(500);
    await until(() => tally.waitedMs === 1_500);
    await clock.advance(1_000);
    await until(() => tally.waitedMs === 3_500);
    expect(tmdb.waiting()).toBeNull();
    await clock.advance(500);
    expect(tmdb.waiting()).toEqual({
      for: 'failing',
      message: 'TMDB fails, and is tried again: TMDB or a gateway before it failed (502).',
      until: '2026-09-01T12:00:05.000Z',
    });
    await clock.advance(1_500);
    await asked;
    expect(tmdb.waiting()).toBeNull();
  });

  it('on one movie alone is not told: it answers the others', async () => {
    server.script((response, request) => {
      (request.url?.includes('/movie/13') === true ? json(502, {}) : good)(response, request);
    });
    const asked = tmdb.movie(13, { tally });
    for (const waitedMs of [500, 1_500, 3_500, 7_500]) {
      await until(() => tally.waitedMs === waitedMs);
      await tmdb.movie(550, {});
      expect(tmdb.waiting()).toBeNull();
      // The back-off that has just begun is half of all so far, nearly.
      await clock.advance((waitedMs + 500) / 2);
    }
    await expect(asked).rejects.toThrow('(502)');
  });
});

describe('TMDB that is slow', () => {
  it('is told with how long the oldest request has waited', async () => {
    server.script(hang);
    const leave = new AbortController();
    const asked = tmdb.movie(550, { signal: leave.signal });
    await until(() => server.requests.length === 1);
    await clock.advance(4_999);
    expect(tmdb.waiting()).toBeNull();
    await clock.advance(1);
    expect(tmdb.waiting()).toEqual({
      for: 'slow',
      message: 'TMDB is slow: a request has waited for 5 s.',
      until: '2026-09-01T12:00:08.000Z',
    });
    await clock.advance(4_000);
    expect(tmdb.waiting()).toMatchObject({ message: expect.stringContaining('for 9 s.') });
    leave.abort();
    await expect(asked).rejects.toThrow();
    expect(tmdb.waiting()).toBeNull();
  });
});
