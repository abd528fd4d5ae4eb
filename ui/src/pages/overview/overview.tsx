import type { JSX } from 'preact';
import { connection } from '../../api/connection';
import { pipeline } from '../../api/live';
import { useResource } from '../../api/use-resource';
import { RunNow } from '../../components/run-now';
import { Page } from '../../components/page';
import { get } from '../../api/client';
import type { CoverageDto } from '../../generated/types.gen';
import { Failures } from './failures';
import { Freshness } from './freshness';
import { NextJobs } from './next-jobs';
import { Now } from './now';
import { recentRuns } from './recent-runs';
import { Week } from './week';
import './overview.css';

/** What runs, what comes next, what failed, and how fresh the data are. */
export function Overview(): JSX.Element {
  const last = pipeline.value?.last_run ?? null;
  // What has ended is loaded again when a run starts or ends.
  const ended = last === null ? '' : `${last.id} ${last.status}`;
  const runs = useResource(recentRuns, [ended]);
  const coverage = useResource((signal) => get<CoverageDto>('/pipeline/coverage', {}, signal), [ended]);
  return (
    <Page
      title="Overview"
      actions={
        <>
          <LiveMark />
          <RunNow />
        </>
      }
    >
      <div class="overview">
        <Now />
        <NextJobs />
        <Failures runs={runs} />
        <Freshness coverage={coverage} />
        <Week runs={runs} />
      </div>
    </Page>
  );
}

/** Whether what is shown follows the service. */
function LiveMark(): JSX.Element | null {
  if (connection.state.value !== 'live') return null;
  return <span class="badge tone-good">Live</span>;
}
