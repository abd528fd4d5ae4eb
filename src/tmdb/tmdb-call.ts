/** What requests on somebody's behalf amounted to. The client adds to it. */
export interface TmdbCounters {
  /** Requests sent, repeats included. */
  requests: number;
  /** Requests sent again after a failure or a 429. */
  retries: number;
  /** Answers of 429. */
  rateLimited: number;
  /** Milliseconds spent on back-off and on pauses that TMDB asked for. */
  waitedMs: number;
}

/** On whose behalf a request is made. */
export interface TmdbCall {
  /** Aborting it ends the call, which then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  readonly tally?: TmdbCounters;
}
