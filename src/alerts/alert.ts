export const ALERT_EVENTS = ['run.failed', 'data.stale', 'tmdb.key_refused', 'schedule.missed'] as const;
export type AlertEvent = (typeof ALERT_EVENTS)[number];

/** What a receiver is told. */
export interface Alert {
  /** Unique: a receiver may be told the same alert more than once. */
  readonly id: string;
  readonly event: AlertEvent | `${AlertEvent}.recovered` | 'test';
  /** The update type of a run, the id of a schedule, or an empty string. */
  readonly subject: string;
  /** One sentence or more for people. */
  readonly message: string;
  /** ISO 8601 in UTC. */
  readonly at: string;
}
