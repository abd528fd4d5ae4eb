import { Argument, type Command } from 'commander';
import { addCommand, exitWith, type Output } from '../command.js';
import { EXIT } from '../exit-code.js';
import { print } from '../format.js';

const ACTIONS = ['start', 'stop'] as const;

export function addSchedulerCommand(program: Command, shutdownSignal: AbortSignal): void {
  const description =
    'start or stop the schedules, for every process; without an argument, run the scheduler and the worker';
  addCommand(program, 'scheduler', description)
    .addArgument(new Argument('[action]', 'what to do with the schedules').choices(ACTIONS))
    .action(async (action: (typeof ACTIONS)[number] | undefined, output: Output) => {
      if (action !== undefined) {
        await exitWith(setRunning)(action === 'start', output);
        return;
      }
      const { serveRoles } = await import('../serve-roles.js');
      await serveRoles(['scheduler', 'worker'], shutdownSignal);
    });
}

async function setRunning(running: boolean, output: Output): Promise<number> {
  const { commandConfig, withApplication } = await import('../context.js');
  const { SchedulerRunningDto } = await import('../../scheduler/dto/job.dto.js');
  const { SchedulesService } = await import('../../scheduler/schedules.service.js');
  return withApplication(commandConfig({ tmdbKey: false }), 'check', async (app) => {
    await app.get(SchedulesService).setRunning(running);
    const result = SchedulerRunningDto.of(running);
    print(result, result.message, output);
    return EXIT.success;
  });
}
