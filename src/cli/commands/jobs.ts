import type { Command } from 'commander';
import type { JobDto, SchedulerStatusDto } from '../../scheduler/dto/job.dto.js';
import { addCommand, exitWith, type Output } from '../command.js';
import { EXIT } from '../exit-code.js';
import { moment, print, table } from '../format.js';

export function addJobsCommand(program: Command): void {
  addCommand(program, 'jobs', 'list the schedules, each with its next and its last run').action(
    exitWith(jobs),
  );
}

async function jobs(output: Output): Promise<number> {
  const { commandConfig, withApplication } = await import('../context.js');
  const { SchedulerStatusDto } = await import('../../scheduler/dto/job.dto.js');
  const { SchedulesService } = await import('../../scheduler/schedules.service.js');
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
    job.cron,
    job.timezone,
    next === null ? (job.enabled ? 'stopped' : 'disabled') : moment(next),
    last === null ? 'none' : `${last.id} ${last.status}`,
  ];
}
