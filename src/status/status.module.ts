import { Module } from '@nestjs/common';
import { PipelineModule } from '../pipeline/pipeline.module.js';
import { SchedulerModule } from '../scheduler/scheduler.module.js';
import { StatusController } from './status.controller.js';

@Module({
  imports: [PipelineModule, SchedulerModule],
  controllers: [StatusController],
})
export class StatusModule {}
