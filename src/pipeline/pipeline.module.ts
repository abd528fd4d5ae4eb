import { Module } from '@nestjs/common';
import { EnrichmentModule } from '../enrichment/enrichment.module.js';
import { MoviesModule } from '../movies/movies.module.js';
import { TmdbModule } from '../tmdb/tmdb.module.js';
import { CollectStage } from './collect/collect.stage.js';
import { EnrichmentStage } from '../enrichment/enrichment.stage.js';
import { EnrichmentBatches } from '../enrichment/enrichment-batches.js';
import { EnrichMovies } from '../enrichment/enrich-movies.js';
import { EnrichBatchProcessor } from '../enrichment/enrich-batch.processor.js';
import { RunEventsController } from './api/run-events.controller.js';
import { FailingMovies } from '../runs/failing-movies.js';
import { RunsController } from './api/runs.controller.js';
import { PipelineService } from './execution/pipeline.service.js';
import { RunHeartbeat } from '../runs/run-heartbeat.js';
import { RunCancellation } from './execution/run-cancellation.js';
import { RunLeases } from '../runs/run-lease.repository.js';
import { RunEvents } from './api/run-events.js';
import { RunExecutor } from './execution/run-executor.js';
import { RunCheckpoint } from '../runs/run-checkpoint.repository.js';
import { RunLock } from './execution/run-lock.js';
import { RunQueue } from './execution/run-queue.js';
import { RunRequests } from '../runs/run-requests.repository.js';
import { RunRetention } from '../runs/run-retention.js';
import { RunStages } from './execution/run-stages.js';
import { RunTriggers } from './execution/run-triggers.js';
import { RunWorker } from './execution/run-worker.js';
import { RunsRepository } from '../runs/runs.repository.js';
import { RunsService } from '../runs/runs.service.js';
import { TriggersController } from './api/triggers.controller.js';

@Module({
  imports: [TmdbModule, MoviesModule, EnrichmentModule],
  controllers: [RunsController, TriggersController, RunEventsController],
  providers: [
    ...[PipelineService, RunsService, RunsRepository, FailingMovies, RunQueue, RunWorker],
    ...[RunTriggers, RunRequests, RunCancellation, RunEvents, RunRetention],
    ...[RunLock, RunLeases, RunCheckpoint, RunExecutor, RunHeartbeat, RunStages],
    ...[CollectStage, EnrichmentStage, EnrichMovies, EnrichmentBatches, EnrichBatchProcessor],
  ],
  exports: [PipelineService, RunsService, RunsRepository, FailingMovies, RunQueue, RunCancellation],
})
export class PipelineModule {}
