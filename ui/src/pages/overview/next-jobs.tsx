import type { JSX } from 'preact';
import { pipeline } from '../../api/live';
import { Card } from '../../components/card';
import { Empty, PipelinePending } from '../../components/states';
import { Countdown } from '../../components/time';
import { momentOf } from '../../format';
import type { ScheduledJobDto } from '../../generated/types.gen';
import { href } from '../../router';
import { jobName } from '../../run-words';

/** When each job runs next, the earliest first. */
export function NextJobs(): JSX.Element {
  const jobs = pipeline.value?.scheduled_jobs ?? null;
  return (
    <Card title="Next up" note={<a href={href('/schedules')}>Schedules</a>}>
      {jobs === null ? <PipelinePending /> : <Jobs jobs={jobs} />}
    </Card>
  );
}

function Jobs({ jobs }: { readonly jobs: readonly ScheduledJobDto[] }): JSX.Element {
  if (jobs.every((job) => job.next_run === null)) {
    return (
      <Empty title="Nothing is scheduled">
        <p>The scheduler is stopped, or every job is off.</p>
      </Empty>
    );
  }
  // Times in ISO 8601 and UTC sort as text.
  const order = ({ next_run: next }: ScheduledJobDto): string => next ?? '~';
  return (
    <ol class="rows">
      {jobs
        .toSorted((a, b) => order(a).localeCompare(order(b)))
        .map((job) => (
          <li key={job.id} class="row">
            <span class="row-text">
              <span class="row-title">{jobName(job)}</span>
              <span class="muted">{job.next_run === null ? 'Off' : momentOf(new Date(job.next_run))}</span>
            </span>
            {job.next_run === null ? null : (
              <span class="row-figure">
                <span class="visually-hidden">in </span>
                <Countdown at={job.next_run} />
              </span>
            )}
          </li>
        ))}
    </ol>
  );
}
