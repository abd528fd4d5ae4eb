import { Argument, type Command } from 'commander';
import { addCommand, exitWith, type Output, wholeNumber } from '../command.js';
import { EXIT } from '../exit-code.js';
import { print } from '../format.js';

/** Run ids are INTEGER. */
const MAX_RUN_ID = 2 ** 31 - 1;

export function addCancelCommand(program: Command): void {
  addCommand(program, 'cancel', 'cancel an active run; what it stored stays')
    .addArgument(new Argument('<id>', 'the id of the run').argParser(wholeNumber(1, MAX_RUN_ID)))
    .action(exitWith(cancel));
}

async function cancel(runId: number, output: Output): Promise<number> {
  const { commandConfig, withApplication } = await import('../context.js');
  const { AuditLog } = await import('../../common/logging/audit-log.js');
  const { RunLeases } = await import('../../runs/run-lease.repository.js');
  return withApplication(commandConfig({ tmdbKey: false }), 'check', async (app) => {
    const { status } = await app.get(RunLeases).cancel(runId, new Date());
    app.get(AuditLog).record('run.cancelled', { runId });
    const text = status === 'CANCELLED' ? `Run ${runId} is cancelled.` : `Run ${runId} is being cancelled.`;
    print({ run_id: runId, status }, text, output);
    return EXIT.success;
  });
}
