import { userInfo } from 'node:os';
import { RunDetailsDto } from '../pipeline/api/dto/run-details.dto.js';
import { RunActiveError } from '../runs/run-errors.js';
import { planFault, type RunPlan } from '../runs/run-plan.js';
import { commandConfig, withApplication } from './context.js';
import { EXIT, EXIT_OF_STATUS } from './exit-code.js';
import { requestAndFollow } from './follow-run.js';
import { runSummary } from './run-summary.js';

/**
 * Queues a run, works as a worker until it has ended, and shows its progress on standard error. Returns the exit code.
 * @param shutdownSignal aborted to cancel the run
 */
export async function runCommand(
  plan: RunPlan,
  { json, shutdownSignal }: { readonly json: boolean; readonly shutdownSignal: AbortSignal },
): Promise<number> {
  const config = { ...commandConfig({ tmdbKey: true }), roles: ['worker' as const] };
  const fault = planFault(plan, config.catalogue);
  if (fault !== null) {
    process.stderr.write(`${fault}\n`);
    return EXIT.usage;
  }
  return withApplication(
    config,
    'apply',
    async (app) => {
      try {
        const details = await requestAndFollow(app, plan, {
          username: userInfo().username,
          quiet: json,
          signal: shutdownSignal,
        });
        if (details === null) return EXIT.cancelled;
        const dto = RunDetailsDto.fromDetails(details);
        process.stdout.write(json ? `${JSON.stringify(dto, null, 2)}\n` : `\n${runSummary(details)}\n`);
        return EXIT_OF_STATUS[details.run.status];
      } catch (error) {
        if (!(error instanceof RunActiveError)) throw error;
        process.stderr.write(`${error.message}\n`);
        return EXIT.active;
      }
    },
    shutdownSignal,
  );
}
