import { Injectable } from '@nestjs/common';
import { describeFault } from '../../database/errors/explain-error.js';
import { TmdbError } from '../../tmdb/tmdb-error.js';
import { CollectStage } from '../collect/collect.stage.js';
import { EnrichmentStage } from '../../enrichment/enrichment.stage.js';
import type { RunContext } from '../../runs/run-context.js';
import type { LeasedRun } from '../../runs/run-lease.repository.js';
import { RunCancelled, RunReleased, RunStopped } from '../../runs/run-errors.js';
import { LeaseLostError } from '../../runs/run-lease.js';
import type { RunEnd } from '../../runs/run-outcome.js';
import type { RunPlan } from '../../runs/run-plan.js';
import type { RunCounters } from '../../runs/run-counters.js';

export interface RunWork {
  readonly run: LeasedRun;
  readonly tally: RunCounters;
  /** Stops the run; its reason says why. */
  readonly stop: AbortController;
  /** Somebody's wish that the run end: with RunReleased it goes back to the queue, else it is cancelled. */
  readonly signal: AbortSignal;
}

/** How the stages of a run ended in this process. */
export type StagesEnd = RunEnd | { readonly kind: 'handed_back' } | { readonly kind: 'lost' };

/** The stages of a run, one after the other, and how they came to their end. */
@Injectable()
export class RunStages {
  constructor(
    private readonly collect: CollectStage,
    private readonly enrich: EnrichmentStage,
  ) {}

  /** @throws what is neither TMDB's fault nor a wish: whoever holds the connection knows whether it is the database's */
  async run({ run, tally, stop, signal }: RunWork): Promise<StagesEnd> {
    const onWish = (): void => {
      stop.abort(signal.reason instanceof RunReleased ? signal.reason : new RunCancelled());
    };
    if (signal.aborted) onWish();
    signal.addEventListener('abort', onWish, { once: true });
    const context: RunContext = {
      ...run,
      tally,
      signal: stop.signal,
      stop: (reason) => {
        stop.abort(reason);
      },
    };
    try {
      await this.inOrder(run.plan, context);
      return { kind: 'completed' };
    } catch (error) {
      // What fails because the run was stopped is no reason of its own.
      return endOf(stop.signal.aborted ? stop.signal.reason : error);
    } finally {
      signal.removeEventListener('abort', onWish);
    }
  }

  private async inOrder(plan: RunPlan, context: RunContext): Promise<void> {
    context.signal.throwIfAborted();
    await this.collect.run(plan, context);
    // TMDB that gave not one page is no witness that a movie is gone.
    if (plan.enrichment !== null && context.tally.hasPages()) {
      context.tally.enterStage('enriching');
      await this.enrich.run(plan, plan.enrichment, context);
    }
    context.tally.enterStage('finishing');
  }
}

function endOf(error: unknown): StagesEnd {
  if (error instanceof RunCancelled) return { kind: 'cancelled' };
  if (error instanceof RunReleased) return { kind: 'handed_back' };
  if (error instanceof LeaseLostError) return { kind: 'lost' };
  if (error instanceof RunStopped) return error.end;
  if (error instanceof TmdbError) return endOfTmdb(error);
  throw error;
}

/** How a run ends that TMDB does not let go on. */
export function endOfTmdb(error: TmdbError): RunEnd {
  return { kind: error.kind === 'key_refused' ? 'failed' : 'upstream', message: error.message };
}

/** How a run ends that the database or the program does not let go on. */
export function endOfFault(error: unknown): RunEnd {
  const fault = describeFault(error) ?? 'The program failed.';
  return { kind: 'failed', message: `${fault} What was stored stays; the log says more.` };
}
