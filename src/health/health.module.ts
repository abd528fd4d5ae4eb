import { Module } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { RunsModule } from '../runs/runs.module.js';
import { SchedulerModule } from '../scheduler/scheduler.module.js';
import { TmdbModule } from '../tmdb/tmdb.module.js';
import { HealthController } from './health.controller.js';
import { HealthReports } from './health-reports.js';
import { ReadinessIndicators } from './readiness-indicators.js';
import { WarningIndicators } from './warning-indicators.js';

@Module({
  imports: [TerminusModule.forRoot({ logger: false }), TmdbModule, RunsModule, SchedulerModule],
  controllers: [HealthController],
  providers: [HealthReports, ReadinessIndicators, WarningIndicators],
})
export class HealthModule {}
