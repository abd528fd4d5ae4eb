export const TMDB_WAITS = ['throttled', 'failing', 'slow'] as const;

/** What requests to TMDB wait for. */
export interface TmdbWait {
  readonly for: (typeof TMDB_WAITS)[number];
  /** For an operator. */
  readonly message: string;
  /** The wait is valid until this time (ISO 8601) unless it is reported again. */
  readonly until: string;
}
