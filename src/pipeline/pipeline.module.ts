import { Module } from '@nestjs/common';
import { EnrichmentModule } from '../enrichment/enrichment.module.js';
import { MoviesModule } from '../movies/movies.module.js';
import { TmdbModule } from '../tmdb/tmdb.module.js';
import { CollectStage } from './collect.stage.js';
import { EnrichStage } from './enrich.stage.js';
import { EnrichBatches } from './enrich-batches.js';
import { EnrichFilms } from './enrich-films.js';
import { EnrichWorker } from './enrich-worker.js';
import { PipelineController } from './pipeline.controller.js';
import { PipelineService } from './pipeline.service.js';
import { RunBeat } from './run-beat.js';
import { RunClaims } from './run-claims.repository.js';
import { RunExecutor } from './run-executor.js';
import { RunJournal } from './run-journal.repository.js';
import { RunLock } from './run-lock.js';
import { RunQueue } from './run-queue.js';
import { RunStages } from './run-stages.js';
import { RunWorker } from './run-worker.js';
import { RunsRepository } from './runs.repository.js';
import { RunsService } from './runs.service.js';

@Module({
  imports: [TmdbModule, MoviesModule, EnrichmentModule],
  controllers: [PipelineController],
  providers: [
    ...[PipelineService, RunsService, RunsRepository, RunQueue, RunWorker],
    ...[RunLock, RunClaims, RunJournal, RunExecutor, RunBeat, RunStages],
    ...[CollectStage, EnrichStage, EnrichFilms, EnrichBatches, EnrichWorker],
  ],
  exports: [PipelineService, RunsService, RunQueue],
})
export class PipelineModule {}
