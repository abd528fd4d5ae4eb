import type { QueueDefinition } from '../queue/job-queue.js';

/** Jobs: `{ runId }`. */
export const RUN_QUEUE = 'run';
/** Jobs: an EnrichBatch. */
export const ENRICH_QUEUE = 'enrich';

const DAY_SECONDS = 86_400;
/** pg-boss's shortest: a dead worker is noticed after this and the interval of supervision at most. */
const HEARTBEAT_SECONDS = 10;
const KEPT_SECONDS = 300;

const COMMON = {
  heartbeatSeconds: HEARTBEAT_SECONDS,
  /** pg-boss's longest. A run that takes longer is taken up again where it is. */
  expireInSeconds: DAY_SECONDS,
  /** Its run says what became of a job; whoever looks for those of a run goes through all that are kept. */
  deleteAfterSeconds: KEPT_SECONDS,
  /** A run may wait long for a worker. */
  retentionSeconds: 365 * DAY_SECONDS,
};

export const QUEUES: readonly QueueDefinition[] = [
  // One run at a time. How often a run may fail its worker is counted on its own row.
  { ...COMMON, name: RUN_QUEUE, policy: 'singleton', retryLimit: 10_000 },
  { ...COMMON, name: ENRICH_QUEUE, retryLimit: 5, retryDelay: 1 },
];
