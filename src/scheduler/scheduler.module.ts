import { Module } from '@nestjs/common';
import { ScheduleModule } from '@nestjs/schedule';
import { AuditModule } from '../audit/audit.module.js';
import { PipelineModule } from '../pipeline/pipeline.module.js';
import { RunsModule } from '../runs/runs.module.js';
import { CronTriggers } from './cron-triggers.js';
import { ScheduleReconciler } from './schedule-reconciler.js';
import { ScheduleFiguresReader } from './schedule-figures.js';
import { SchedulerController } from './scheduler.controller.js';
import { SchedulerHealth } from './scheduler-health.js';
import { SchedulesRepository } from './schedules.repository.js';
import { SchedulesService } from './schedules.service.js';
import { Occurrences } from './occurrences.js';

@Module({
  imports: [ScheduleModule.forRoot(), AuditModule, PipelineModule, RunsModule],
  controllers: [SchedulerController],
  providers: [
    SchedulesService,
    SchedulesRepository,
    Occurrences,
    CronTriggers,
    ScheduleReconciler,
    SchedulerHealth,
    ScheduleFiguresReader,
  ],
  exports: [SchedulesService, SchedulerHealth, ScheduleFiguresReader],
})
export class SchedulerModule {}
