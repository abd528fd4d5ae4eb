import { Argument, type Command } from 'commander';
import { addCommand, exitWith, type Output, runId } from '../command.js';
import { EXIT } from '../exit-code.js';
import { print } from '../format.js';

export function addCancelCommand(program: Command): void {
  addCommand(program, 'cancel', 'cancel an active run; what it stored stays')
    .addArgument(new Argument('<id>', 'the id of the run').argParser(runId))
    .action(exitWith(cancel));
}

async function cancel(id: number, output: Output): Promise<number> {
  const { commandConfig, withApplication } = await import('../context.js');
  const { AuditTrail } = await import('../../audit/audit-trail.js');
  const { RunLeases } = await import('../../runs/run-lease.repository.js');
  return withApplication(commandConfig({ tmdbKey: false }), 'check', async (app) => {
    const { status } = await app.get(RunLeases).cancel(id, new Date());
    await app.get(AuditTrail).record('run.cancelled', { runId: id });
    const text = status === 'CANCELLED' ? `Run ${id} is cancelled.` : `Run ${id} is being cancelled.`;
    print({ run_id: id, status }, text, output);
    return EXIT.success;
  });
}
