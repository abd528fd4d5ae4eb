import { userInfo } from 'node:os';
import type { INestApplicationContext } from '@nestjs/common';
import { RunDetailsDto } from '../pipeline/api/dto/run-details.dto.js';
import { PipelineService } from '../pipeline/execution/pipeline.service.js';
import { RunActiveError } from '../runs/run-errors.js';
import type { RunPlan } from '../runs/run-plan.js';
import type { RunDetails } from '../runs/runs.repository.js';
import { commandConfig, withApplication } from './context.js';
import { EXIT, EXIT_OF_STATUS } from './exit-code.js';
import { LiveView, PlainView, type ProgressView } from './progress-view.js';
import { runSummary } from './run-summary.js';

/** One run in the foreground, until `asked` ends it. Returns the exit code. */
export async function runCommand(
  plan: RunPlan,
  options: { readonly json: boolean; readonly asked: AbortSignal },
): Promise<number> {
  const config = commandConfig({ tmdbKey: true });
  return withApplication(config, 'apply', async (app) => {
    try {
      const details = await runInForeground(app, plan, { quiet: options.json, asked: options.asked });
      process.stdout.write(options.json ? asJson(details) : `\n${runSummary(details)}\n`);
      return EXIT_OF_STATUS[details.run.status];
    } catch (error) {
      if (!(error instanceof RunActiveError)) throw error;
      process.stderr.write(`${error.message}\n`);
      return EXIT.active;
    }
  });
}

function asJson(details: RunDetails): string {
  return `${JSON.stringify(RunDetailsDto.fromDetails(details), null, 2)}\n`;
}

/** Shows the run on standard error; `asked` cancels it. */
export async function runInForeground(
  app: INestApplicationContext,
  plan: RunPlan,
  { quiet, asked }: { readonly quiet: boolean; readonly asked: AbortSignal },
): Promise<RunDetails> {
  const view = quiet ? null : progressView();
  const sayStopping = (): void => {
    if (!quiet) process.stderr.write('Stopping; what is stored stays.\n');
  };
  asked.addEventListener('abort', sayStopping, { once: true });
  try {
    return await app
      .get(PipelineService)
      .run(
        plan,
        { trigger: 'cli', triggeredBy: userInfo().username },
        { signal: asked, onProgress: (progress) => view?.show(progress) },
      );
  } finally {
    asked.removeEventListener('abort', sayStopping);
    view?.end();
  }
}

function progressView(): ProgressView {
  const now = (): number => performance.now();
  return process.stderr.isTTY ? new LiveView(process.stderr, now) : new PlainView(process.stderr, now);
}
