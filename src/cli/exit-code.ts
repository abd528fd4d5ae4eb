import type { RunStatus } from '../runs/run.js';

/** The exit codes of the command line. */
export const EXIT = {
  success: 0,
  failed: 1,
  usage: 2,
  partial: 3,
  active: 4,
  cancelled: 130,
} as const;

export const EXIT_OF_STATUS = {
  SUCCESS: EXIT.success,
  PARTIAL: EXIT.partial,
  FAILED: EXIT.failed,
  CANCELLED: EXIT.cancelled,
  QUEUED: EXIT.success,
  RUNNING: EXIT.success,
} as const satisfies Record<RunStatus, number>;
