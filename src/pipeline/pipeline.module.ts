import { Module } from '@nestjs/common';
import { EnrichmentModule } from '../enrichment/enrichment.module.js';
import { MoviesModule } from '../movies/movies.module.js';
import { TmdbModule } from '../tmdb/tmdb.module.js';
import { CollectStage } from './collect.stage.js';
import { EnrichStage } from './enrich.stage.js';
import { PipelineController } from './pipeline.controller.js';
import { PipelineService } from './pipeline.service.js';
import { RunLock } from './run-lock.js';
import { RunStages } from './run-stages.js';
import { RunsRepository } from './runs.repository.js';
import { RunsService } from './runs.service.js';

@Module({
  imports: [TmdbModule, MoviesModule, EnrichmentModule],
  controllers: [PipelineController],
  providers: [PipelineService, RunsService, RunsRepository, RunLock, RunStages, CollectStage, EnrichStage],
  exports: [PipelineService, RunsService],
})
export class PipelineModule {}
