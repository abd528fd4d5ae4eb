import type { JSX } from 'preact';
import { get, type Query, request } from '../../api/client';
import { nextPage } from '../../api/links';
import { pipeline } from '../../api/live';
import { useResource } from '../../api/use-resource';
import { useSettled } from '../../api/use-settled';
import { Card } from '../../components/card';
import { Page } from '../../components/page';
import { RunNow } from '../../components/run-now';
import { Loaded } from '../../components/states';
import type { RunDto, RunInHistoryDto } from '../../generated/types.gen';
import { query } from '../../router';
import { FilterBar } from './filter-bar';
import { filtersOf, matches } from './filters';
import { HistoryCharts } from './history';
import { RunsTable } from './runs-table';
import './runs.css';

const DAYS = 90;
const PAGE_SIZE = 50;

export interface RunsPage {
  readonly runs: readonly RunDto[];
  /** The cursor of the next, older page. */
  readonly older: string | null;
}

async function loadPage(filters: Query, signal: AbortSignal): Promise<RunsPage> {
  const { body, headers } = await request<RunDto[]>('/pipeline/runs', {
    query: { limit: PAGE_SIZE, ...filters },
    signal,
  });
  const next = nextPage(headers);
  return { runs: body, older: next === null ? null : new URLSearchParams(next.split('?')[1]).get('cursor') };
}

/** After a run starts or ends, the API may serve the history of before for two seconds. */
const HISTORY_AGE_MS = 2_500;

/** Every run, as charts and as a table. */
export function Runs(): JSX.Element {
  const filters = filtersOf(query.value);
  const cursor = query.value.get('cursor');
  const last = pipeline.value?.last_run ?? null;
  // Loaded again when a run starts or ends.
  const newest = last === null ? '' : `${last.id} ${last.status}`;
  const history = useResource(
    (signal) => get<RunInHistoryDto[]>('/pipeline/runs/history', { days: DAYS }, signal),
    [useSettled(newest, HISTORY_AGE_MS)],
  );
  const page = useResource(
    (signal) => loadPage({ ...filters, cursor }, signal),
    [query.value.toString(), newest],
  );
  return (
    <Page title="Runs" actions={<RunNow />}>
      <div class="stack">
        <FilterBar filters={filters} />
        <Card title={`Last ${DAYS} days`}>
          <Loaded of={history} lines={8}>
            {(runs) => <HistoryCharts runs={runs.filter((run) => matches(filters, run))} days={DAYS} />}
          </Loaded>
        </Card>
        <Card title={cursor === null ? 'Newest runs' : 'Older runs'}>
          <Loaded of={page} lines={10}>
            {(data) => <RunsTable page={data} isFirst={cursor === null} isLoading={page.isLoading} />}
          </Loaded>
        </Card>
      </div>
    </Page>
  );
}
