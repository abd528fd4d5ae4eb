import { TMDB_WAITS, type TmdbWait } from '../tmdb/tmdb-wait.js';

export const RUN_WAITS = [...TMDB_WAITS, 'locked', 'other_run'] as const;

/** What a run waits for: TMDB, a lock of the database that another session holds, or another run. */
export interface RunWait extends Omit<TmdbWait, 'for'> {
  readonly for: (typeof RUN_WAITS)[number];
}

/** The wait if it is still valid, else null. */
export function stillValid(wait: RunWait | null, now: Date): RunWait | null {
  return wait !== null && Date.parse(wait.until) > now.getTime() ? wait : null;
}
