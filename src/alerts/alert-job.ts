import type { Alert } from './alert.js';

/** A job tells one receiver of one thing. */
export type AlertJob =
  | {
      readonly kind: 'alert';
      /** The id of a target: its URL is a secret, and stays out of the database. */
      readonly target: string;
      readonly alert: Alert;
    }
  | {
      readonly kind: 'ping';
      /** Below HEALTHCHECK_URL. */
      readonly path: string;
      /** ISO 8601 in UTC. */
      readonly at: string;
    };
