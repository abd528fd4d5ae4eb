import { Module } from '@nestjs/common';
import { EnrichmentModule } from '../enrichment/enrichment.module.js';
import { MoviesModule } from '../movies/movies.module.js';
import { TmdbModule } from '../tmdb/tmdb.module.js';
import { CollectStage } from './collect.stage.js';
import { EnrichStage } from './enrich.stage.js';
import { EnrichBatches } from './enrich-batches.js';
import { EnrichFilms } from './enrich-films.js';
import { EnrichWorker } from './enrich-worker.js';
import { EventsController } from './events.controller.js';
import { FailingFilms } from './failing-films.js';
import { PipelineController } from './pipeline.controller.js';
import { PipelineService } from './pipeline.service.js';
import { RunBeat } from './run-beat.js';
import { RunCancelling } from './run-cancelling.js';
import { RunClaims } from './run-claims.repository.js';
import { RunEvents } from './run-events.js';
import { RunExecutor } from './run-executor.js';
import { RunJournal } from './run-journal.repository.js';
import { RunLock } from './run-lock.js';
import { RunQueue } from './run-queue.js';
import { RunRequests } from './run-requests.repository.js';
import { RunRetention } from './run-retention.js';
import { RunStages } from './run-stages.js';
import { RunTriggers } from './run-triggers.js';
import { RunWorker } from './run-worker.js';
import { RunsRepository } from './runs.repository.js';
import { RunsService } from './runs.service.js';
import { TriggersController } from './triggers.controller.js';

@Module({
  imports: [TmdbModule, MoviesModule, EnrichmentModule],
  controllers: [PipelineController, TriggersController, EventsController],
  providers: [
    ...[PipelineService, RunsService, RunsRepository, FailingFilms, RunQueue, RunWorker],
    ...[RunTriggers, RunRequests, RunCancelling, RunEvents, RunRetention],
    ...[RunLock, RunClaims, RunJournal, RunExecutor, RunBeat, RunStages],
    ...[CollectStage, EnrichStage, EnrichFilms, EnrichBatches, EnrichWorker],
  ],
  exports: [PipelineService, RunsService, FailingFilms, RunQueue, RunCancelling],
})
export class PipelineModule {}
