import { Module } from '@nestjs/common';
import { ScheduleModule } from '@nestjs/schedule';
import { PipelineModule } from '../pipeline/pipeline.module.js';
import { CronTriggers } from './cron-triggers.js';
import { ScheduleKeeper } from './schedule-keeper.js';
import { SchedulerController } from './scheduler.controller.js';
import { SchedulerHealth } from './scheduler-health.js';
import { SchedulesRepository } from './schedules.repository.js';
import { SchedulesService } from './schedules.service.js';
import { Slots } from './slots.js';

@Module({
  imports: [ScheduleModule.forRoot(), PipelineModule],
  controllers: [SchedulerController],
  providers: [SchedulesService, SchedulesRepository, Slots, CronTriggers, ScheduleKeeper, SchedulerHealth],
  exports: [SchedulesService, SchedulerHealth],
})
export class SchedulerModule {}
