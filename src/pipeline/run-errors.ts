import type { Run } from './run.js';

/** Another run is at work, and one is all a database takes. */
export class RunActiveError extends Error {
  override readonly name = 'RunActiveError';

  constructor(readonly run: Run | null) {
    super(
      run === null
        ? 'Another run is active. Wait for it to end.'
        : `Run ${run.id} (${run.updateType ?? 'unknown'}) is active since ${run.runDate.toISOString()}. Wait for it to end.`,
    );
  }
}

/** The reason with which a run's signal is aborted when somebody asked it to end. */
export class RunCancelled extends Error {
  override readonly name = 'RunCancelled';

  constructor() {
    super('The run was cancelled.');
  }
}
