import { Injectable, Logger } from '@nestjs/common';
import { RunCheckpoint } from '../runs/run-checkpoint.repository.js';
import type { RunContext } from '../runs/run-context.js';
import { RunLeases } from '../runs/run-lease.repository.js';
import { RunMovies } from '../runs/run-movies.repository.js';
import { DueCatalogue } from './due-catalogue.js';
import { EnrichmentBatches, MIN_BATCH } from './enrichment-batches.js';

/** Enriches every movie of the catalogue that is due, in portions: the most popular that were never enriched go first. */
@Injectable()
export class CatalogueEnrichment {
  private readonly logger = new Logger(CatalogueEnrichment.name);

  /**
   * Movies of one portion: about two minutes of work at TMDB's rate limit. The checkpoint of a run has no more that are due.
   * At the end of each portion workers wait for the last batch.
   */
  portion = 50 * MIN_BATCH;

  constructor(
    private readonly due: DueCatalogue,
    private readonly batches: EnrichmentBatches,
    private readonly checkpoint: RunCheckpoint,
    private readonly runMovies: RunMovies,
    private readonly leases: RunLeases,
  ) {}

  /** Ends when nothing is due any more. Rejects only when the run can't go on. */
  async run(context: RunContext): Promise<void> {
    const { runId } = context.lease;
    const portions = this.due.of(runId);
    // Of a worker that has led the run before.
    const { due: left } = await this.runMovies.remaining(runId);
    const before = await this.runMovies.handled(runId);
    const total = before + left + (await portions.count());
    let selected = left;
    let hasAdvanced = false;
    const onProgress = async (due: number, failed: number): Promise<void> => {
      const done = before + selected - due;
      context.progress.enrichmentAdvanced({ done, total: Math.max(total, done + due), failed });
      if (hasAdvanced || done === before) return;
      hasAdvanced = true;
      await this.leases.advanced(context.lease);
    };
    await onProgress(left, 0);
    if (left > 0) await this.batches.untilDone(left, context, onProgress);
    for (;;) {
      const ids = await portions.next(this.portion);
      if (ids.length === 0) break;
      await this.plan(ids, context);
      selected += ids.length;
      await this.batches.untilDone(ids.length, context, onProgress);
    }
    this.logger.log({ event: 'movies.enriched', runId, total: before + selected });
  }

  /** Records the movies and queues their batches. */
  private async plan(ids: readonly number[], { lease }: RunContext): Promise<void> {
    await this.checkpoint.transaction(async (tx) => {
      const first = await this.runMovies.planNext(tx, lease, ids, MIN_BATCH);
      await this.batches.send(tx, lease.runId, ids.length, first);
    });
    this.batches.wake();
  }
}
