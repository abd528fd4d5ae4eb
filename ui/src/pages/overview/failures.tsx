import type { JSX } from 'preact';
import { Card } from '../../components/card';
import { Icon } from '../../components/icons';
import { Loaded } from '../../components/states';
import { StatusBadge } from '../../components/status-badge';
import { Ago } from '../../components/time';
import type { Resource } from '../../api/use-resource';
import type { RunDto } from '../../generated/types.gen';
import { href } from '../../router';
import { runName } from '../../run-words';

const SHOWN = 2;

/** The last runs that failed, whole or in part, with the reason and the next step. */
export function Failures({ runs }: { readonly runs: Resource<readonly RunDto[]> }): JSX.Element {
  return (
    <Card
      title="Failures in seven days"
      class="wide"
      note={<a href={href('/runs', { status: 'FAILED' })}>All failed runs</a>}
    >
      <Loaded of={runs}>{(all) => <FailedRuns runs={all.filter(isFailure)} />}</Loaded>
    </Card>
  );
}

const isFailure = ({ status }: RunDto): boolean => status === 'FAILED' || status === 'PARTIAL';

function FailedRuns({ runs }: { readonly runs: readonly RunDto[] }): JSX.Element {
  if (runs.length === 0) {
    return (
      <p class="all-well">
        <Icon name="check" />
        Every run succeeded.
      </p>
    );
  }
  return (
    <ul class="rows">
      {runs.slice(0, SHOWN).map((run) => (
        <li key={run.id} class="failure">
          <p class="failure-header">
            <StatusBadge status={run.status} />
            <a class="row-title" href={href(`/runs/${run.id}`)}>
              {runName(run.update_type)}
            </a>
            <span class="muted">
              <Ago at={run.finished_at ?? run.run_date} />
            </span>
          </p>
          <p class="failure-reason" title={run.error_message ?? undefined}>
            {run.error_message ?? 'No reason was recorded.'}
          </p>
          {run.status === 'PARTIAL' ? <p class="muted">The next run requests what failed again.</p> : null}
        </li>
      ))}
    </ul>
  );
}
