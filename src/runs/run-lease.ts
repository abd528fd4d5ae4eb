/**
 * The right to work on a run. At most one worker leads a run; when another acquires the lease, the fencing token grows and
 * every write under the old one is refused.
 */
export interface RunLease {
  readonly runId: number;
  /** `pipeline_runs.times_resumed` at the acquisition; null for a batch of the run, which any worker may process. */
  readonly fencingToken: number | null;
}

/** The lease of the worker that leads the run. */
export interface LeaderLease extends RunLease {
  readonly fencingToken: number;
}

/** Selects the row of pipeline_runs that the lease still covers: no row when the lease is lost. */
export function whereLeased({ runId, fencingToken }: RunLease): {
  id: number;
  status: 'RUNNING';
  timesResumed?: number;
} {
  return { id: runId, status: 'RUNNING', ...(fencingToken === null ? {} : { timesResumed: fencingToken }) };
}
