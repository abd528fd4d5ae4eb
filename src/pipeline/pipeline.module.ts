import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { ChangesModule } from '../catalogue/changes/changes.module.js';
import { ImportModule } from '../catalogue/import/import.module.js';
import { EnrichmentModule } from '../enrichment/enrichment.module.js';
import { MoviesModule } from '../movies/movies.module.js';
import { RunsModule } from '../runs/runs.module.js';
import { TmdbModule } from '../tmdb/tmdb.module.js';
import { EventStreams } from './api/event-streams.js';
import { GoneController } from './api/gone.controller.js';
import { RunEventsController } from './api/run-events.controller.js';
import { HistoryAnswer } from './api/history-answer.js';
import { RunsController } from './api/runs.controller.js';
import { StreamLimits } from './api/stream-limits.js';
import { TriggersController } from './api/triggers.controller.js';
import { CollectStage } from './collect/collect.stage.js';
import { PageStore } from './collect/page-store.js';
import { CatalogueStages } from './execution/catalogue-stages.js';
import { RunExecutor } from './execution/run-executor.js';
import { RunFollower } from './execution/run-follower.js';
import { RunQueue } from './execution/run-queue.js';
import { RunStages } from './execution/run-stages.js';
import { RunTriggers } from './execution/run-triggers.js';
import { RunWorker } from './execution/run-worker.js';

/** Runs: how they are requested, queued, led by a worker, followed and cancelled. */
@Module({
  imports: [TmdbModule, MoviesModule, AuditModule, RunsModule, ChangesModule, ImportModule, EnrichmentModule],
  controllers: [RunsController, TriggersController, RunEventsController, GoneController],
  providers: [
    ...[RunQueue, RunTriggers, RunFollower, EventStreams, StreamLimits, HistoryAnswer],
    ...[RunWorker, RunExecutor, RunStages, CatalogueStages, CollectStage, PageStore],
  ],
  exports: [RunsModule, RunQueue, RunTriggers, RunFollower, StreamLimits],
})
export class PipelineModule {}
