import { Module } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { PipelineModule } from '../pipeline/pipeline.module.js';
import { SchedulerModule } from '../scheduler/scheduler.module.js';
import { TmdbModule } from '../tmdb/tmdb.module.js';
import { HealthController } from './health.controller.js';
import { HealthIndicators } from './health-indicators.js';

@Module({
  imports: [TerminusModule.forRoot({ logger: false }), TmdbModule, PipelineModule, SchedulerModule],
  controllers: [HealthController],
  providers: [HealthIndicators],
})
export class HealthModule {}
