import type { Command } from 'commander';

/** Adds the commands that run one part of the service; `scheduler` runs two. */
export function addServiceCommands(program: Command, shutdownSignal: AbortSignal): void {
  program
    .command('serve')
    .description('run the API until a signal ends it')
    .action(async () => {
      const { serveRoles } = await import('../serve-roles.js');
      await serveRoles(['api'], shutdownSignal);
    });
  program
    .command('worker')
    .description('run the worker until a signal ends it')
    .action(async () => {
      const { serveRoles } = await import('../serve-roles.js');
      await serveRoles(['worker'], shutdownSignal);
    });
}
