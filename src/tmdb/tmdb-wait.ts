export const TMDB_WAITS = ['throttled', 'failing', 'slow'] as const;

/** What requests wait for. */
export interface TmdbWait {
  readonly for: (typeof TMDB_WAITS)[number];
  /** For an operator. */
  readonly message: string;
  /** It holds until then, and no longer unless it is said again; in ISO 8601. */
  readonly until: string;
}

/** What was waited for, where that still holds. */
export function holding(wait: TmdbWait | null, now: Date): TmdbWait | null {
  return wait !== null && Date.parse(wait.until) > now.getTime() ? wait : null;
}
