export type TmdbErrorKind =
  /** The API key is missing, wrong, suspended or lacks a permission. */
  | 'key_refused'
  /** TMDB itself reports that it does not know the id. */
  | 'not_found'
  /** TMDB rejects the request. */
  | 'bad_request'
  /** A CDN, a firewall or another server answered in TMDB's place. */
  | 'blocked'
  /** Too many requests; send it again after a pause. */
  | 'rate_limited'
  | 'server_error'
  /** TMDB is down for every request. */
  | 'unavailable'
  | 'timeout'
  /** No connection, or a lost one. */
  | 'connection'
  /** The response is not what TMDB sends: HTML, or a part of a body. A retry may succeed. */
  | 'garbled'
  /** The response lacks what this program needs. */
  | 'unusable_body';

const RETRYABLE: readonly TmdbErrorKind[] = [
  'server_error',
  'unavailable',
  'timeout',
  'connection',
  'garbled',
];

export interface TmdbErrorFacts {
  /** HTTP status; null without a response. */
  readonly status?: number | null;
  /** TMDB's own status code. */
  readonly code?: number | null;
  /** How long TMDB asks to wait; null when it does not specify a time. */
  readonly retryAfterMs?: number | null;
}

/**
 * A request to TMDB failed. The message names the fault and the next step. It consists of this program's words and
 * TMDB's numbers only, so it holds no API key and may be shown to anyone.
 */
export class TmdbError extends Error {
  override readonly name = 'TmdbError';
  readonly status: number | null;
  readonly code: number | null;
  readonly retryAfterMs: number | null;

  constructor(
    readonly kind: TmdbErrorKind,
    message: string,
    facts: TmdbErrorFacts = {},
  ) {
    super(message);
    this.status = facts.status ?? null;
    this.code = facts.code ?? null;
    this.retryAfterMs = facts.retryAfterMs ?? null;
  }

  /** Whether the same request may succeed later. */
  get retryable(): boolean {
    return RETRYABLE.includes(this.kind);
  }
}
