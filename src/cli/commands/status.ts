import type { Command } from 'commander';
import type { PipelineStatusDto } from '../../status/dto/pipeline-status.dto.js';
import { addCommand, exitWith, type Output } from '../command.js';
import { EXIT } from '../exit-code.js';
import { duration, moment, number, print } from '../format.js';

export function addStatusCommand(program: Command): void {
  addCommand(program, 'status', 'show the current run, the last run and the next').action(exitWith(status));
}

async function status(output: Output): Promise<number> {
  const { commandConfig, withApplication } = await import('../context.js');
  const { RunsRepository } = await import('../../runs/runs.repository.js');
  const { SchedulesService } = await import('../../scheduler/schedules.service.js');
  const { PipelineStatusDto } = await import('../../status/dto/pipeline-status.dto.js');
  return withApplication(commandConfig({ tmdbKey: false }), 'check', async (app) => {
    const runs = await app.get(RunsRepository).overview();
    const dto = PipelineStatusDto.from(runs, await app.get(SchedulesService).overview());
    print(dto, statusText(dto), output);
    return EXIT.success;
  });
}

function statusText(status: PipelineStatusDto): string {
  const { current_run: current, last_run: last, average_duration_seconds: average } = status;
  const progress = current?.enrichment ?? null;
  const waiting = current?.waiting ?? null;
  const enrichment = progress === null ? '' : `, ${progress.done} of ${progress.total} movies`;
  return [
    current === null
      ? `running    ${status.is_running ? 'yes' : 'no'}`
      : `running    run ${current.run_id}, ${current.stage}${enrichment}`,
    ...(waiting === null ? [] : [`waiting    ${waiting.message}`]),
    last === null
      ? 'last run   none yet'
      : `last run   ${last.id} (${last.update_type ?? 'unknown'}), ${last.status}, ${last.run_date}`,
    `runs       ${number(status.total_runs)}: ${number(status.successful_runs)} succeeded, ` +
      `${number(status.partial_runs)} partial, ${number(status.failed_runs)} failed`,
    `average    ${average === null ? 'unknown' : duration(average)}`,
    `next run   ${nextText(status)}`,
  ].join('\n');
}

function nextText({ scheduled_jobs: jobs }: PipelineStatusDto): string {
  const next = jobs
    .flatMap(({ id, next_run: at }) => (at === null ? [] : [{ id, at }]))
    .sort((one, other) => one.at.localeCompare(other.at))[0];
  return next === undefined ? 'none scheduled' : `${next.id}, ${moment(next.at)}`;
}
