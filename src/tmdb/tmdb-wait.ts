export const TMDB_WAITS = ['throttled', 'failing', 'slow'] as const;

/** What requests to TMDB wait for. */
export interface TmdbWait {
  readonly for: (typeof TMDB_WAITS)[number];
  /** For an operator. */
  readonly message: string;
  /** The wait is valid until this time (ISO 8601) unless it is reported again. */
  readonly until: string;
}

/** The wait if it is still valid, else null. */
export function stillValid(wait: TmdbWait | null, now: Date): TmdbWait | null {
  return wait !== null && Date.parse(wait.until) > now.getTime() ? wait : null;
}
