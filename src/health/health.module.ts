import { Module } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { PipelineModule } from '../pipeline/pipeline.module.js';
import { TmdbModule } from '../tmdb/tmdb.module.js';
import { HealthController } from './health.controller.js';
import { HealthIndicators } from './health-indicators.js';

@Module({
  imports: [TerminusModule.forRoot({ logger: false }), TmdbModule, PipelineModule],
  controllers: [HealthController],
  providers: [HealthIndicators],
})
export class HealthModule {}
