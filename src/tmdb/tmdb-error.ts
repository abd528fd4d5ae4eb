export type TmdbErrorKind =
  /** The key is missing, wrong, suspended or may not do this. */
  | 'key_refused'
  /** TMDB itself says that it has no such id. */
  | 'not_found'
  /** TMDB finds fault with the request. */
  | 'bad_request'
  /** Too many requests; wait and go on. */
  | 'rate_limited'
  | 'server_error'
  /** TMDB is down for everything that is asked. */
  | 'unavailable'
  | 'timeout'
  /** No connection, or one that broke off. */
  | 'connection'
  /** What came is not what TMDB sends; it may well do so the next time. */
  | 'garbled'
  /** TMDB's answer lacks what this program needs. */
  | 'unusable_body';

const RETRYABLE: readonly TmdbErrorKind[] = [
  'server_error',
  'unavailable',
  'timeout',
  'connection',
  'garbled',
];

export interface TmdbErrorFacts {
  /** HTTP status; null without an answer. */
  readonly status?: number | null;
  /** TMDB's own code. */
  readonly code?: number | null;
  /** How long TMDB asks to wait; null when it does not say. */
  readonly retryAfterMs?: number | null;
}

/**
 * Why TMDB could not be asked. The message says what to do and is made of this program's words and TMDB's numbers
 * alone: it can be shown to anybody, and holds no key.
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

  /** Whether the same request may well succeed after a while. */
  get retryable(): boolean {
    return RETRYABLE.includes(this.kind);
  }
}
