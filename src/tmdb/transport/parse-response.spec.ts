import { describe, expect, it } from '@jest/globals';
import { TmdbError } from '../tmdb-error.js';
import { parseResponse, type TmdbResponse } from './parse-response.js';

const NOW = new Date('2026-09-01T12:00:00Z');

const HEADERS = { retryAfter: null, date: null };

function errorOf(status: number, body: unknown, headers: Partial<TmdbResponse> = {}): TmdbError {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  try {
    parseResponse({ status, ...HEADERS, ...headers, body: text }, NOW);
  } catch (error) {
    if (error instanceof TmdbError) return error;
    throw error;
  }
  throw new Error('parseResponse did not throw');
}

function coded(code: number): object {
  return { success: false, status_code: code, status_message: "TMDB's own message" };
}

describe('parseResponse', () => {
  it.each([
    [401, 7, 'key_refused'],
    [401, 3, 'key_refused'],
    [401, 10, 'key_refused'],
    [401, 14, 'key_refused'],
    [401, 31, 'key_refused'],
    [401, 35, 'key_refused'],
    [404, 6, 'not_found'],
    [404, 34, 'not_found'],
    [200, 21, 'not_found'],
    [429, 25, 'rate_limited'],
    [200, 25, 'rate_limited'],
    [400, 22, 'bad_request'],
    [400, 23, 'bad_request'],
    [400, 27, 'bad_request'],
    [422, 5, 'bad_request'],
    [422, 20, 'bad_request'],
    [500, 11, 'server_error'],
    [500, 15, 'server_error'],
    [500, 44, 'server_error'],
    [504, 24, 'server_error'],
    [502, 43, 'server_error'],
    [503, 9, 'unavailable'],
    [503, 46, 'unavailable'],
  ])('maps status %i with code %i to %s', (status, code, kind) => {
    const error = errorOf(status, coded(code));
    expect(error).toMatchObject({ kind, status, code });
    expect(error.message).not.toContain("TMDB's own message");
  });

  it.each([
    [429, '', 'rate_limited'],
    [401, '<html>', 'key_refused'],
    [502, '<html>Bad gateway</html>', 'server_error'],
    [500, '{}', 'server_error'],
    [408, '', 'server_error'],
    [407, '', 'blocked'],
    [301, '', 'blocked'],
    [403, '<html>Access denied</html>', 'blocked'],
    [403, '{"message":"Forbidden"}', 'blocked'],
    [403, '', 'blocked'],
    [451, '<html>', 'blocked'],
    [429, '<html>', 'rate_limited'],
    [503, '<html>Just a moment...</html>', 'server_error'],
    [522, '', 'server_error'],
    [400, '<html>', 'blocked'],
    [204, '', 'blocked'],
    [403, '{"status_code":99}', 'bad_request'],
    [400, '{"errors":["page must be greater than 0"]}', 'bad_request'],
    [200, '{"errors":["page must be greater than 0"]}', 'bad_request'],
    [200, '{"success":false,"status_code":99}', 'bad_request'],
    [200, '<!doctype html>', 'garbled'],
    [200, '{"id": 5', 'garbled'],
    [200, '', 'garbled'],
  ])('maps status %i without a known code, with the body %j, to %s', (status, body, kind) => {
    expect(errorOf(status, body).kind).toBe(kind);
  });

  it('does not take a 404 without a TMDB code for an unknown movie', () => {
    expect(errorOf(404, '<html>no such page</html>').kind).toBe('blocked');
    expect(errorOf(404, {}).message).toContain('Check TMDB_BASE_URL');
  });

  it.each([
    [403, '<html>Access denied</html>'],
    [403, ''],
    [451, '{"error":"unavailable for legal reasons"}'],
  ])('names a block in the message for a %i that is not from TMDB: %s', (status, body) => {
    const { message } = errorOf(status, body);
    expect(message).toContain(`A CDN or a firewall in front of TMDB blocks the requests (${status}).`);
    expect(message).not.toContain('TMDB_BASE_URL');
  });

  it('returns the body of a response with the code for success, or without a code', () => {
    const movie = { id: 550, status: 'Released' };
    expect(parseResponse({ status: 200, ...HEADERS, body: JSON.stringify(movie) }, NOW)).toEqual(movie);
    const body = '{"success":true,"status_code":1,"status_message":"Success."}';
    expect(parseResponse({ status: 200, ...HEADERS, body }, NOW)).toMatchObject({ success: true });
  });

  it('names the fault, its numbers and the next step in the message', () => {
    const error = errorOf(401, coded(7));
    expect(error.message).toBe('TMDB rejected the API key (401, code 7). Check TMDB_API_KEY.');
    expect(errorOf(500, '').message).toBe('TMDB or a gateway in front of it failed (500).');
  });

  it.each([
    ['2', 2_000],
    ['0', 0],
    ['1.5', 1_500],
    ['Tue, 01 Sep 2026 12:00:30 GMT', 30_000],
    ['Tuesday, 01-Sep-26 12:00:30 GMT', 30_000],
    ['Tue Sep  1 12:00:30 2026', 30_000],
    ['Tue, 01 Sep 2026 11:00:00 GMT', 0],
    ['30s', null],
    ['soon', null],
    ['', null],
    ['-3', null],
    [null, null],
  ])('reads a Retry-After of %j as %j ms', (header, expected) => {
    expect(errorOf(429, coded(25), { retryAfter: header }).retryAfterMs).toBe(expected);
  });

  it.each([
    ['Tue, 01 Sep 2026 12:05:00 GMT', 2_000],
    ['Tue, 01 Sep 2026 12:10:00 GMT', 0],
    ['Tue Sep  1 12:05:00 2026', 2_000],
    ['Tuesday, 01-Sep-26 12:04:58 GMT', 4_000],
    ['soon', 302_000],
    [null, 302_000],
  ])('reads a date in Retry-After against the Date header %j', (date, expected) => {
    const headers = { retryAfter: 'Tue, 01 Sep 2026 12:05:02 GMT', date };
    expect(errorOf(429, coded(25), headers).retryAfterMs).toBe(expected);
  });

  it('does not parse a body with too many values, and reports the status of one that is an error', () => {
    const bomb = `{"results":[${'{},'.repeat(300_000)}{}]}`;
    expect(errorOf(200, bomb)).toMatchObject({ kind: 'unusable_body', retryable: false });
    expect(errorOf(502, bomb).kind).toBe('server_error');
  });
});
