import type { RunEnd } from './run-outcome.js';
import type { Run } from './run.js';

/** Another run is at work, and one is all a database takes. */
export class RunActiveError extends Error {
  override readonly name = 'RunActiveError';

  constructor(readonly run: Run | null) {
    super(
      run === null
        ? 'Another run is active. Wait for it to end.'
        : `Run ${run.id} (${run.updateType ?? 'unknown'}) is ${run.status === 'QUEUED' ? 'waiting' : 'active'} since ${run.runDate.toISOString()}. Wait for it to end, or cancel it.`,
    );
  }
}

/** An Idempotency-Key stands for one request. */
export class KeyReusedError extends Error {
  override readonly name = 'KeyReusedError';

  constructor() {
    super('This Idempotency-Key came with another body before. Use a new key for a new request.');
  }
}

export class NoSuchRunError extends Error {
  override readonly name = 'NoSuchRunError';

  constructor(runId: number) {
    super(`There is no run ${runId}. GET /pipeline/runs, or "movie-pipeline runs", lists them.`);
  }
}

/** A run that has ended can't be cancelled. */
export class RunEndedError extends Error {
  override readonly name = 'RunEndedError';

  constructor(run: Run) {
    super(`Run ${run.id} has ended: ${run.status}. There is nothing to cancel.`);
  }
}

/** The reason with which a run's signal is aborted when somebody asked it to end. */
export class RunCancelled extends Error {
  override readonly name = 'RunCancelled';

  constructor() {
    super('The run was cancelled.');
  }
}

/** The reason with which a run's signal is aborted when one of its batches found that the run can't go on. */
export class RunStopped extends Error {
  override readonly name = 'RunStopped';

  constructor(readonly end: RunEnd) {
    super('A batch of the run stopped it.');
  }
}

/** The reason with which a run's signal is aborted when its worker has to end before the run does. */
export class RunReleased extends Error {
  override readonly name = 'RunReleased';

  constructor() {
    super('The run was given back for another worker to go on with.');
  }
}

/** The reason with which a run's signal is aborted when the database ended the session that holds its lock. */
export class RunLockLost extends Error {
  override readonly name = 'RunLockLost';

  constructor(options?: ErrorOptions) {
    super('The connection to the database was lost.', options);
  }
}
