/** Counts of requests to TMDB. The client adds to them. */
export interface TmdbCounters {
  /** Requests sent, retries included. */
  requests: number;
  /** Requests sent again after a failure or a 429. */
  retries: number;
  /** Responses with status 429. */
  rateLimited: number;
  /** Milliseconds spent on back-off and on pauses that TMDB asked for. */
  waitedMs: number;
}

export interface TmdbCall {
  /** When aborted, the call rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  readonly counters?: TmdbCounters;
  /** Called as each request is sent, retries included. */
  readonly onSend?: () => void;
}
