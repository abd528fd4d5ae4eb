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

interface LeasedState {
  readonly status: 'RUNNING' | 'QUEUED';
  readonly timesResumed?: number;
  readonly startedAt?: { readonly not: null };
}

/**
 * Selects the row of pipeline_runs that the lease still covers: no row when the lease is lost. A batch of a run that was set
 * aside may finish what it has begun.
 */
export function whereLeased({ runId: id, fencingToken }: RunLease): { id: number; OR: LeasedState[] } {
  return fencingToken === null
    ? { id, OR: [{ status: 'RUNNING' }, { status: 'QUEUED', startedAt: { not: null } }] }
    : { id, OR: [{ status: 'RUNNING', timesResumed: fencingToken }] };
}
