import { RunLeases } from '../runs/run-lease.repository.js';
import { commandConfig, withApplication } from './context.js';
import { EXIT } from './exit-code.js';

/** Cancels a queued run at once, and a running one within seconds. */
export async function cancelCommand(runId: number, { json }: { readonly json: boolean }): Promise<number> {
  return withApplication(commandConfig({ tmdbKey: false }), 'check', async (app) => {
    const run = await app.get(RunLeases).cancel(runId, new Date());
    const said =
      run.status === 'CANCELLED' ? `Run ${runId} is cancelled.` : `Run ${runId} is being cancelled.`;
    process.stdout.write(json ? `${JSON.stringify({ run_id: runId, status: run.status })}\n` : `${said}\n`);
    return EXIT.success;
  });
}
