import { request } from '../../api/client';
import { pipeline } from '../../api/live';
import type { ChangeJobDto, JobDto, ScheduledJobDto } from '../../generated/types.gen';

/** Changes a job, and shows it changed before the live stream does. */
export async function changeJob(id: ScheduledJobDto['id'], body: ChangeJobDto): Promise<void> {
  const { body: changed } = await request<JobDto>(`/pipeline/scheduler/jobs/${id}`, {
    method: 'PATCH',
    body,
  });
  const status = pipeline.value;
  if (status === null) return;
  pipeline.value = {
    ...status,
    scheduled_jobs: status.scheduled_jobs.map((job) => (job.id === id ? changed : job)),
  };
}
