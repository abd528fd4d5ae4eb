import { asId, asObject } from '../schema/json-values.js';
import { retryAfterMs } from './retry-after.js';
import { TmdbError, type TmdbErrorKind } from '../tmdb-error.js';

export interface TmdbResponse {
  readonly status: number;
  /** The header as it came; null without one. */
  readonly retryAfter: string | null;
  readonly body: string;
}

const KEY = 'TMDB refused the key. Check TMDB_API_KEY';
const BUSY = 'TMDB gave too many answers of "too many requests". Lower TMDB_REQUESTS_PER_SECOND';
const DOWN = 'TMDB is offline or under maintenance. Try again later';

/** TMDB's own status codes, from https://developer.themoviedb.org/docs/errors */
const CODES: Readonly<Record<number, readonly [TmdbErrorKind, string]>> = {
  3: ['key_refused', KEY],
  5: ['bad_request', 'TMDB finds a parameter invalid. Check TMDB_LANGUAGE and TMDB_REGION'],
  6: ['not_found', 'TMDB has no such id'],
  7: ['key_refused', KEY],
  9: ['unavailable', DOWN],
  10: ['key_refused', 'TMDB suspended the key. Ask TMDB why, or set another TMDB_API_KEY'],
  11: ['server_error', 'TMDB had an internal error'],
  14: ['key_refused', KEY],
  15: ['server_error', 'TMDB had an internal error'],
  20: ['bad_request', 'TMDB takes no range over 14 days'],
  21: ['not_found', 'TMDB has no such id'],
  22: ['bad_request', 'TMDB has pages 1 to 500 only'],
  23: ['bad_request', 'TMDB finds a date invalid'],
  24: ['server_error', "TMDB's own servers took too long"],
  25: ['rate_limited', BUSY],
  27: ['bad_request', 'TMDB appends at most 20 parts'],
  31: ['key_refused', 'TMDB disabled the account of the key. Set another TMDB_API_KEY'],
  34: ['not_found', 'TMDB has no such id'],
  35: ['key_refused', KEY],
  43: ['server_error', "TMDB can't reach its own servers"],
  44: ['server_error', 'TMDB had an internal error'],
  46: ['unavailable', DOWN],
};

/**
 * The JSON of an answer of success.
 * @throws TmdbError for every other answer, HTML and half a body included
 */
export function parseResponse({ status, retryAfter, body }: TmdbResponse, now: Date): unknown {
  const json = parse(body);
  const answer = asObject(json);
  const code = asId(answer?.status_code);
  const known = code === null ? undefined : CODES[code];
  const facts = { status, code, retryAfterMs: retryAfterMs(retryAfter, now) };
  // A movie has a `status` of its own but no `status_code`, so that a body with one is an error whatever its status.
  if (known !== undefined)
    throw new TmdbError(known[0], `${known[1]} (${status}, code ${code ?? 0}).`, facts);
  const refused = answer?.errors !== undefined || (code !== null && answer?.success !== true);
  if (status !== 200 || refused) throw unknownAnswer(facts);
  if (json === undefined)
    throw new TmdbError('garbled', `TMDB's answer is no JSON, or half of it (${status}).`, facts);
  return json;
}

function unknownAnswer(facts: {
  status: number;
  code: number | null;
  retryAfterMs: number | null;
}): TmdbError {
  const { status, code } = facts;
  const what = code === null ? `${status}` : `${status}, code ${code}`;
  if (status === 429) return new TmdbError('rate_limited', `${BUSY} (${what}).`, facts);
  if (status === 401) return new TmdbError('key_refused', `${KEY} (${what}).`, facts);
  if (status === 407)
    return new TmdbError(
      'bad_request',
      'The proxy wants a user and a password. Put them into HTTPS_PROXY (407).',
      facts,
    );
  if (status >= 500 || status === 408)
    return new TmdbError('server_error', `TMDB or a gateway before it failed (${what}).`, facts);
  if (status >= 300 && status < 400) {
    return new TmdbError(
      'bad_request',
      `TMDB_BASE_URL redirects elsewhere, which is not followed. Set the address itself (${what}).`,
      facts,
    );
  }
  if (status === 404 || status === 403) {
    return new TmdbError(
      'bad_request',
      `What answers is not TMDB. Check TMDB_BASE_URL, and the proxy if there is one (${what}).`,
      facts,
    );
  }
  return new TmdbError('bad_request', `TMDB did not accept the request (${what}).`, facts);
}

/** Undefined for what is no JSON, which JSON itself can't say. */
function parse(body: string): unknown {
  try {
    return JSON.parse(body) as unknown;
  } catch {
    return undefined;
  }
}
