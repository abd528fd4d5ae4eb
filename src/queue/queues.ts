import type { QueueOptions, QueuePolicy } from 'pg-boss';

export interface QueueDefinition extends QueueOptions {
  readonly name: string;
  readonly policy: QueuePolicy;
}

/** A job leads one run. */
export const RUN_QUEUE = 'run';
export interface RunJob {
  readonly runId: number;
}

/** A job enriches a range of a run's movies. */
export const ENRICH_QUEUE = 'enrich';
export interface EnrichJob {
  readonly runId: number;
  /** The place of the first movie. */
  readonly from: number;
  /** The place behind the last one. */
  readonly to: number;
}

/** A job writes a snapshot of the movies to EXPORT_DIR. */
export const EXPORT_QUEUE = 'export';
export interface ExportJob {
  /** The run that requested it. */
  readonly runId: number;
}

/** A job tells one receiver of an alert, or pings HEALTHCHECK_URL. Its key is the receiver. */
export const ALERT_QUEUE = 'alert';

const DAY_SECONDS = 86_400;

const COMMON = {
  /** The shortest that pg-boss accepts: a dead worker is noticed after it and one supervision interval. */
  heartbeatSeconds: 10,
  /** The longest that pg-boss accepts. A run that takes longer is resumed where it is. */
  expireInSeconds: DAY_SECONDS,
  /** The run records the result of a job; looking up a run's jobs reads all that are kept. */
  deleteAfterSeconds: 300,
  /** A run may wait long for a worker. */
  retentionSeconds: 365 * DAY_SECONDS,
};

export const QUEUES: readonly QueueDefinition[] = [
  // One run at a time, in order. How often a run may crash its worker is counted in pipeline_runs.
  { ...COMMON, name: RUN_QUEUE, policy: 'singleton', retryLimit: 10_000 },
  // A batch that is released by a shutdown is retried too.
  { ...COMMON, name: ENRICH_QUEUE, policy: 'standard', retryLimit: 20, retryDelay: 1 },
  // The database is read by one export at a time. A full disk may have space a minute, or an hour, later.
  { ...COMMON, name: EXPORT_QUEUE, policy: 'singleton', retryLimit: 6, retryDelay: 60, retryBackoff: true },
  // One receiver is told one thing after another; the handler gives up after a day.
  {
    ...COMMON,
    name: ALERT_QUEUE,
    policy: 'key_strict_fifo',
    retryLimit: 1_000,
    retryDelay: 1,
    retryBackoff: true,
    retryDelayMax: 600,
  },
];
