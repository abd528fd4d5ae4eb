import { Module } from '@nestjs/common';
import { MoviesModule } from '../movies/movies.module.js';
import { PipelineModule } from '../pipeline/pipeline.module.js';
import { RunsModule } from '../runs/runs.module.js';
import { SchedulerModule } from '../scheduler/scheduler.module.js';
import { CoverageController } from './coverage.controller.js';
import { CoverageService } from './coverage.service.js';
import { PipelineEventsController } from './pipeline-events.controller.js';
import { PipelineFeed } from './pipeline-feed.js';
import { StatusController } from './status.controller.js';

@Module({
  imports: [MoviesModule, RunsModule, PipelineModule, SchedulerModule],
  controllers: [StatusController, PipelineEventsController, CoverageController],
  providers: [PipelineFeed, CoverageService],
})
export class StatusModule {}
