import type { Query } from '../../api/client';
import type { RunInHistoryDto } from '../../generated/types.gen';

/** The filters of the runs, by the names of the API; null: any. */
export interface RunFilters {
  readonly status: string | null;
  readonly update_type: string | null;
  readonly trigger: string | null;
  /** ISO 8601. */
  readonly since: string | null;
  readonly until: string | null;
}

export function filtersOf(query: URLSearchParams): RunFilters & Query {
  return {
    status: query.get('status'),
    update_type: query.get('update_type'),
    trigger: query.get('trigger'),
    since: query.get('since'),
    until: query.get('until'),
  };
}

export const NO_FILTERS = {
  ...{ status: null, update_type: null, trigger: null, since: null, until: null },
  cursor: null,
};

export function matches(filters: RunFilters, run: RunInHistoryDto): boolean {
  const is = (filter: string | null, value: string | null): boolean => filter === null || filter === value;
  const startedMs = Date.parse(run.started_at);
  return (
    is(filters.status?.toUpperCase() ?? null, run.status) &&
    is(filters.update_type, run.update_type) &&
    is(filters.trigger, run.trigger) &&
    (filters.since === null || startedMs >= Date.parse(filters.since)) &&
    (filters.until === null || startedMs <= Date.parse(filters.until))
  );
}
