import { Module } from '@nestjs/common';
import { RunsModule } from '../runs/runs.module.js';
import { SchedulerModule } from '../scheduler/scheduler.module.js';
import { StatusController } from './status.controller.js';

@Module({
  imports: [RunsModule, SchedulerModule],
  controllers: [StatusController],
})
export class StatusModule {}
