import type { JSX } from 'preact';
import { useId, useState } from 'preact/hooks';
import { isSignedIn, mayChange, requestSignIn } from '../../api/session';
import { attempt, notify } from '../../components/toasts';
import type { ScheduledJobDto } from '../../generated/types.gen';
import { jobName } from '../../run-words';
import { changeJob } from './change-job';
import { CronWords } from './cron-words';
import { EditJob } from './edit-job';
import { NextTimes } from './next-times';

/** One job: its schedule, its next times, and its changes. */
export function JobCard({ job }: { readonly job: ScheduledJobDto }): JSX.Element {
  const id = useId();
  const [isEditing, setEditing] = useState(false);
  const edit = async (): Promise<void> => {
    setEditing(isSignedIn.value || (await requestSignIn('Sign in to change this schedule.')));
  };
  return (
    <section class="card job" aria-labelledby={id}>
      <div>
        <header class="job-header">
          <div>
            <h2 id={id}>{jobName(job)}</h2>
            <p class="muted">{/\((.*)\)$/.exec(job.name)?.[1]}</p>
          </div>
          <OnOff job={job} />
        </header>
        <p class="job-words">
          <CronWords cron={job.trigger} />
        </p>
        <p class="muted">
          <code>{job.trigger}</code> in {job.timezone}
        </p>
        {mayChange.value && !isEditing ? (
          <button type="button" class="button" onClick={() => void edit()}>
            Edit <span class="visually-hidden">{jobName(job)}</span>
          </button>
        ) : null}
      </div>
      {job.next_runs.length === 0 ? (
        <p class="muted">
          {job.enabled ? 'No next time while all schedules are stopped.' : 'This job is off.'}
        </p>
      ) : (
        <NextTimes times={job.next_runs} timezone={job.timezone} />
      )}
      {isEditing ? (
        <EditJob
          job={job}
          close={() => {
            setEditing(false);
          }}
        />
      ) : null}
    </section>
  );
}

function OnOff({ job }: { readonly job: ScheduledJobDto }): JSX.Element {
  const { enabled } = job;
  if (!mayChange.value) {
    return <span class={`badge ${enabled ? 'tone-good' : 'tone-neutral'}`}>{enabled ? 'On' : 'Off'}</span>;
  }
  const change = (): Promise<void> =>
    attempt(async () => {
      await changeJob(job.id, { enabled: !enabled });
      notify(`${jobName(job)} is ${enabled ? 'off' : 'on'}.`, 'good');
    });
  return (
    <button
      type="button"
      class="switch"
      role="switch"
      aria-checked={enabled}
      aria-label={jobName(job)}
      onClick={() => void change()}
    >
      <span class="switch-track" aria-hidden="true" />
      {enabled ? 'On' : 'Off'}
    </button>
  );
}
