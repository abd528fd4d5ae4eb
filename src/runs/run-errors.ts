import type { Run } from './run.js';

/** A run that a person requests is refused while another one is active. */
export class RunActiveError extends Error {
  override readonly name = 'RunActiveError';

  /** @param run null when the other run ended before it could be read */
  constructor(readonly run: Run | null) {
    super(
      run === null
        ? 'Another run has just been active. Try again.'
        : `Run ${run.id} (${run.updateType ?? 'unknown'}) has been ${run.status === 'QUEUED' ? 'waiting' : 'active'} ` +
            `since ${run.runDate.toISOString()}. Wait for it to end, or cancel it.`,
    );
  }
}

/** An Idempotency-Key belongs to one request. */
export class KeyReusedError extends Error {
  override readonly name = 'KeyReusedError';

  constructor() {
    super('This Idempotency-Key was used with another body. Use a new key for a new request.');
  }
}

export class NoSuchRunError extends Error {
  override readonly name = 'NoSuchRunError';

  constructor(runId: number) {
    super(`There is no run ${runId}. GET /pipeline/runs, or "movie-pipeline runs", lists the runs.`);
  }
}

/** A run that has ended can't be cancelled. */
export class RunEndedError extends Error {
  override readonly name = 'RunEndedError';

  constructor(run: Run) {
    super(`Run ${run.id} has ended: ${run.status}. There is nothing to cancel.`);
  }
}
