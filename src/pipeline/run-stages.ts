import { Injectable, Logger } from '@nestjs/common';
import { databaseFault } from '../database/sql-state.js';
import { TmdbError } from '../tmdb/tmdb-error.js';
import { CollectStage } from './collect.stage.js';
import { EnrichStage } from './enrich.stage.js';
import type { RunContext } from './run-context.js';
import { RunCancelled } from './run-errors.js';
import type { RunEnd } from './run-outcome.js';
import type { RunPlan } from './run-plan.js';
import type { RunTally } from './run-tally.js';

interface Work {
  readonly runId: number;
  readonly tally: RunTally;
  /** Stops the run; its reason says why. */
  readonly stop: AbortController;
  /** Somebody's wish that the run end. */
  readonly cancel: AbortSignal | undefined;
}

/** The stages of a run, one after the other, and how they came to their end. */
@Injectable()
export class RunStages {
  private readonly logger = new Logger(RunStages.name);

  constructor(
    private readonly collect: CollectStage,
    private readonly enrich: EnrichStage,
  ) {}

  async run(plan: RunPlan, { runId, tally, stop, cancel }: Work): Promise<RunEnd> {
    const onCancel = (): void => {
      stop.abort(new RunCancelled());
    };
    if (cancel?.aborted === true) onCancel();
    cancel?.addEventListener('abort', onCancel, { once: true });
    const context: RunContext = {
      runId,
      tally,
      signal: stop.signal,
      stop: (reason) => {
        stop.abort(reason);
      },
    };
    try {
      await this.inOrder(plan, context);
      return { kind: 'completed' };
    } catch (error) {
      return this.endOf(error, runId);
    } finally {
      cancel?.removeEventListener('abort', onCancel);
    }
  }

  private async inOrder(plan: RunPlan, context: RunContext): Promise<void> {
    context.signal.throwIfAborted();
    await this.collect.run(plan, context);
    // TMDB that gave not one page is no witness that a film is gone.
    if (plan.enrichment !== null && context.tally.hasPages()) {
      context.tally.enterStage('enriching');
      await this.enrich.run(plan, plan.enrichment, context);
    }
    context.tally.enterStage('finishing');
  }

  private endOf(error: unknown, runId: number): RunEnd {
    if (error instanceof RunCancelled) return { kind: 'cancelled' };
    if (error instanceof TmdbError) {
      return { kind: error.kind === 'key_refused' ? 'failed' : 'upstream', message: error.message };
    }
    this.logger.error({ event: 'run.failed', runId, reason: error });
    const fault = databaseFault(error) ?? 'The program failed.';
    return { kind: 'failed', message: `${fault} What was stored stays; the log says more.` };
  }
}
