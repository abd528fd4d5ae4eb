import type { JSX } from 'preact';
import { Empty } from '../../components/states';
import { StatusBadge } from '../../components/status-badge';
import { Ago } from '../../components/time';
import { count, duration, momentOf } from '../../format';
import type { RunDto } from '../../generated/types.gen';
import { href, query } from '../../router';
import { runName, TRIGGER_WORD } from '../../run-words';
import type { RunsPage } from './runs';

interface RunsTableProps {
  readonly page: RunsPage;
  readonly isFirst: boolean;
  readonly isLoading: boolean;
}

export function RunsTable({ page, isFirst, isLoading }: RunsTableProps): JSX.Element {
  if (page.runs.length === 0) return <NoRuns isFirst={isFirst} />;
  return (
    <>
      <table class="table" aria-busy={isLoading}>
        <thead>
          <tr>
            <th scope="col">Run</th>
            <th scope="col">Status</th>
            <th scope="col" class="optional">
              Trigger
            </th>
            <th scope="col" class="figure-column">
              Duration
            </th>
            <th scope="col" class="figure-column optional">
              Movies
            </th>
            <th scope="col" class="figure-column optional">
              Requests
            </th>
            <th scope="col" class="figure-column optional">
              Failed
            </th>
          </tr>
        </thead>
        <tbody>
          {page.runs.map((run) => (
            <Row key={run.id} run={run} />
          ))}
        </tbody>
      </table>
      <Pager older={page.older} isFirst={isFirst} />
    </>
  );
}

function Row({ run }: { readonly run: RunDto }): JSX.Element {
  const at = run.started_at ?? run.run_date;
  return (
    <tr>
      <td>
        <div class="run-cell">
          <a class="row-title" href={href(`/runs/${run.id}`)}>
            {runName(run.update_type)} <span class="muted">#{run.id}</span>
          </a>
          <span class="muted run-time">
            {momentOf(new Date(at))} · <Ago at={at} />
          </span>
          {run.error_message === null ? null : (
            <span class="run-reason" title={run.error_message}>
              {run.error_message}
            </span>
          )}
        </div>
      </td>
      <td>
        <StatusBadge status={run.status} />
      </td>
      <td class="optional">{run.trigger === null ? '–' : TRIGGER_WORD[run.trigger]}</td>
      <td class="figure-column">{run.duration_seconds === null ? '–' : duration(run.duration_seconds)}</td>
      <td class="figure-column optional">{count(run.movies_processed)}</td>
      <td class="figure-column optional">{count(run.tmdb_requests)}</td>
      <td class={`figure-column optional ${run.failed > 0 ? 'is-bad' : ''}`}>{count(run.failed)}</td>
    </tr>
  );
}

function Pager({
  older,
  isFirst,
}: {
  readonly older: string | null;
  readonly isFirst: boolean;
}): JSX.Element | null {
  if (older === null && isFirst) return null;
  const filters = Object.fromEntries(query.value);
  return (
    <nav class="pager" aria-label="Pages of runs">
      {isFirst ? null : (
        <a class="button" href={href('/runs', { ...filters, cursor: null })}>
          Newest runs
        </a>
      )}
      {older === null ? null : (
        <a class="button" href={href('/runs', { ...filters, cursor: older })}>
          Older runs
        </a>
      )}
    </nav>
  );
}

function NoRuns({ isFirst }: { readonly isFirst: boolean }): JSX.Element {
  const isFiltered = query.value.size > 0;
  if (!isFirst) return <Empty title="There are no older runs." />;
  if (isFiltered) {
    return (
      <Empty title="No run matches the filters.">
        <p>Choose other ones, or clear them.</p>
      </Empty>
    );
  }
  return (
    <Empty title="There is no run yet.">
      <p>
        The first one comes at the next time of the <a href={href('/schedules')}>schedules</a>. “Run now”
        starts one at once.
      </p>
    </Empty>
  );
}
