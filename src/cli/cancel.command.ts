import { RunLeases } from '../runs/run-lease.repository.js';
import { commandConfig, withApplication } from './context.js';
import { EXIT } from './exit-code.js';

/** Asks an active run to end; a queued one has ended then. */
export async function cancelCommand(runId: number, { json }: { readonly json: boolean }): Promise<number> {
  return withApplication(commandConfig({ tmdbKey: false }), 'check', async (app) => {
    const run = await app.get(RunLeases).cancel(runId, new Date());
    const said =
      run.status === 'CANCELLED' ? `Run ${runId} is cancelled.` : `Run ${runId} will end within seconds.`;
    process.stdout.write(json ? `${JSON.stringify({ run_id: runId, status: run.status })}\n` : `${said}\n`);
    return EXIT.success;
  });
}
