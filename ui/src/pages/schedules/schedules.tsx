import type { JSX } from 'preact';
import { request } from '../../api/client';
import { pipeline } from '../../api/live';
import { mayChange } from '../../api/session';
import { Icon } from '../../components/icons';
import { Page } from '../../components/page';
import { RunNow } from '../../components/run-now';
import { PipelinePending } from '../../components/states';
import { attempt, notify } from '../../components/toasts';
import type { ScheduledJobDto, SchedulerRunningDto } from '../../generated/types.gen';
import { JobCard } from './job-card';
import './schedules.css';

/** When each job runs, and its changes. */
export function Schedules(): JSX.Element {
  const jobs = pipeline.value?.scheduled_jobs ?? null;
  const isStopped = pipeline.value?.scheduler_running === false;
  return (
    <Page
      title="Schedules"
      actions={
        <>
          {jobs === null ? null : <StartOrStop isStopped={isStopped} />}
          <RunNow />
        </>
      }
    >
      <div class="stack">
        {isStopped ? (
          <p class="banner tone-warn">
            <Icon name="alert" />
            <span>All schedules are stopped. Times that pass meanwhile are skipped.</span>
          </p>
        ) : null}
        {jobs === null ? <PipelinePending /> : <Jobs jobs={jobs} />}
      </div>
      <datalist id="time-zones">
        {['UTC', ...Intl.supportedValuesOf('timeZone')].map((zone) => (
          <option key={zone} value={zone} />
        ))}
      </datalist>
    </Page>
  );
}

function Jobs({ jobs }: { readonly jobs: readonly ScheduledJobDto[] }): JSX.Element {
  return (
    <>
      {jobs.map((job) => (
        <JobCard key={job.id} job={job} />
      ))}
    </>
  );
}

function StartOrStop({ isStopped }: { readonly isStopped: boolean }): JSX.Element | null {
  if (!mayChange.value) return null;
  const set = (): Promise<void> =>
    attempt(async () => {
      const path = `/pipeline/scheduler/${isStopped ? 'start' : 'stop'}`;
      notify((await request<SchedulerRunningDto>(path, { method: 'POST' })).body.message, 'good');
    });
  return (
    <button type="button" class="button" onClick={() => void set()}>
      {isStopped ? 'Start all' : 'Stop all'}
    </button>
  );
}
