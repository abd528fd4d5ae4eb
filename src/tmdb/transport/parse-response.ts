import { asId, asObject, type JsonObject } from '../schema/json-values.js';
import { TmdbError, type TmdbErrorKind } from '../tmdb-error.js';
import { isTooLargeToParse, MAX_VALUES } from './json-size.js';
import { retryAfterMs } from './retry-after.js';

export interface TmdbResponse {
  readonly status: number;
  /** The Retry-After header; null without one. */
  readonly retryAfter: string | null;
  /** The Date header, against which a date in Retry-After is read; null without one. */
  readonly date: string | null;
  readonly body: string;
}

/** What went wrong, and the next step where there is one. */
type Fault = readonly [kind: TmdbErrorKind, what: string, nextStep?: string];

const KEY_REJECTED: Fault = ['key_refused', 'TMDB rejected the API key', 'Check TMDB_API_KEY.'];
const RATE_LIMITED: Fault = [
  'rate_limited',
  'TMDB received too many requests',
  'Lower TMDB_REQUESTS_PER_SECOND.',
];
const DOWN: Fault = ['unavailable', 'TMDB is offline or under maintenance', 'Try again later.'];
const UNKNOWN_ID: Fault = ['not_found', 'TMDB does not know this id'];
const INTERNAL_ERROR: Fault = ['server_error', 'TMDB had an internal error'];

/** TMDB's own status codes, from https://developer.themoviedb.org/docs/errors */
const CODES: Readonly<Record<number, Fault>> = {
  3: KEY_REJECTED,
  5: ['bad_request', 'TMDB rejected a parameter', 'Check TMDB_LANGUAGE and TMDB_REGION.'],
  6: UNKNOWN_ID,
  7: KEY_REJECTED,
  9: DOWN,
  10: ['key_refused', 'TMDB suspended the API key', 'Ask TMDB for the reason, or set another TMDB_API_KEY.'],
  11: INTERNAL_ERROR,
  14: KEY_REJECTED,
  15: INTERNAL_ERROR,
  20: ['bad_request', 'TMDB accepts a range of at most 14 days'],
  21: UNKNOWN_ID,
  22: ['bad_request', 'TMDB has pages 1 to 500 only'],
  23: ['bad_request', 'TMDB rejected a date'],
  24: ['server_error', "TMDB's own servers timed out"],
  25: RATE_LIMITED,
  27: ['bad_request', 'TMDB appends at most 20 parts to a response'],
  31: ['key_refused', 'TMDB disabled the account of the API key', 'Set another TMDB_API_KEY.'],
  34: UNKNOWN_ID,
  35: KEY_REJECTED,
  43: ['server_error', 'TMDB cannot reach its own servers'],
  44: INTERNAL_ERROR,
  46: DOWN,
};

const TOO_LARGE: Fault = ['unusable_body', `TMDB's response has more than ${MAX_VALUES} values`];
const INCOMPLETE: Fault = ['garbled', "TMDB's response is not JSON, or is incomplete"];

/**
 * The JSON of a successful response.
 * @throws TmdbError for any other response, HTML and incomplete bodies included
 */
export function parseResponse({ status, retryAfter, date, body }: TmdbResponse, now: Date): unknown {
  const tooLarge = isTooLargeToParse(body);
  const json = tooLarge ? undefined : parse(body);
  const object = asObject(json);
  const code = asId(object?.status_code);
  const unreadable = tooLarge ? TOO_LARGE : INCOMPLETE;
  const fault = faultOf(status, code, object) ?? (json === undefined ? unreadable : null);
  if (fault === null) return json;
  const [kind, what, nextStep] = fault;
  const numbers = code === null ? `${status}` : `${status}, code ${code}`;
  const message = `${what} (${numbers}).${nextStep === undefined ? '' : ` ${nextStep}`}`;
  throw new TmdbError(kind, message, { status, code, retryAfterMs: retryAfterMs(retryAfter, date, now) });
}

/** A movie has a `status` but no `status_code`: a body with a known one is an error, whatever its HTTP status. */
function faultOf(status: number, code: number | null, body: JsonObject | null): Fault | null {
  const known = code === null ? undefined : CODES[code];
  if (known !== undefined) return known;
  const isError = body?.errors !== undefined || (code !== null && body?.success !== true);
  if (isError) return faultOfStatus(status) ?? ['bad_request', 'TMDB rejected the request'];
  return status === 200 ? null : (faultOfStatus(status) ?? foreignFault(status));
}

function faultOfStatus(status: number): Fault | null {
  if (status === 429) return RATE_LIMITED;
  if (status === 401) return KEY_REJECTED;
  if (status >= 500 || status === 408) return ['server_error', 'TMDB or a gateway in front of it failed'];
  return null;
}

/** Of a response without a code of TMDB's. */
function foreignFault(status: number): Fault {
  if (status === 403 || status === 451) {
    return [
      'blocked',
      'A CDN or a firewall in front of TMDB blocks the requests',
      'Try again later, or from another network or through another proxy.',
    ];
  }
  if (status === 407) {
    return ['blocked', 'A proxy requires a user name and a password', 'Put them into HTTPS_PROXY.'];
  }
  if (status >= 300 && status < 400) {
    return [
      'blocked',
      'TMDB_BASE_URL redirects, and redirects are not followed',
      'Set the address that it redirects to. A network that requires a login redirects too.',
    ];
  }
  return [
    'blocked',
    'The server at TMDB_BASE_URL is not TMDB',
    'Check TMDB_BASE_URL, and the proxy if there is one.',
  ];
}

/** Undefined, which JSON cannot express, for a body that is not JSON. */
function parse(body: string): unknown {
  try {
    return JSON.parse(body) as unknown;
  } catch {
    return undefined;
  }
}
