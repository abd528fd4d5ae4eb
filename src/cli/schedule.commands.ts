import { JobDto, SchedulerRunningDto, SchedulerStatusDto } from '../scheduler/dto/job.dto.js';
import { SchedulesService } from '../scheduler/schedules.service.js';
import { commandConfig, withApplication } from './context.js';
import { EXIT } from './exit-code.js';
import { moment, print, table } from './format.js';

interface Output {
  readonly json: boolean;
}

/** When the jobs fire. */
export async function jobsCommand(output: Output): Promise<number> {
  return withApplication(commandConfig({ tmdbKey: false }), 'check', async (app) => {
    const status = SchedulerStatusDto.from(await app.get(SchedulesService).status());
    print(status.jobs, jobsText(status), output);
    return EXIT.success;
  });
}

function jobsText({ scheduler_running: running, jobs }: SchedulerStatusDto): string {
  const text = table(['id', 'name', 'cron', 'time zone', 'next run', 'last run'], jobs.map(jobCells));
  return running
    ? text
    : `${text}\nThe schedules are stopped. Start them: npx movie-pipeline scheduler start`;
}

function jobCells(job: JobDto): string[] {
  const { last_run: last, next_run: next } = job;
  return [
    job.id,
    job.name,
    job.trigger,
    job.timezone,
    next === null ? (job.enabled ? 'stopped' : 'disabled') : moment(next),
    last === null ? 'none' : `${last.id} ${last.status}`,
  ];
}

/** Starts or stops the schedules, for every process. */
export async function schedulerCommand(action: 'start' | 'stop', output: Output): Promise<number> {
  return withApplication(commandConfig({ tmdbKey: false }), 'check', async (app) => {
    const running = action === 'start';
    await app.get(SchedulesService).setRunning(running);
    const said = SchedulerRunningDto.of(running);
    print(said, said.message, output);
    return EXIT.success;
  });
}
