/** The right to work on a run, void once another worker has taken the run over. */
export interface RunLease {
  readonly runId: number;
  /** Counts up with every take-over. Null for a batch of the run, which any worker may have. */
  readonly fence: number | null;
}

/** Which row of pipeline_runs the holder may write, if it may still. */
export function held({ runId, fence }: RunLease): { id: number; status: 'RUNNING'; timesResumed?: number } {
  return { id: runId, status: 'RUNNING', ...(fence === null ? {} : { timesResumed: fence }) };
}

/** The run has ended, or another worker has it: whoever gets this error leaves it alone. */
export class LeaseLostError extends Error {
  override readonly name = 'LeaseLostError';

  constructor(runId: number) {
    super(`Run ${runId} has ended or is in other hands.`);
  }
}
