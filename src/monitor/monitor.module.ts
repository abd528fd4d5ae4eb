import { Module } from '@nestjs/common';
import { MoviesModule } from '../movies/movies.module.js';
import { SchedulerModule } from '../scheduler/scheduler.module.js';
import { AlertMonitor, MonitoredFigures } from './alert-monitor.js';

@Module({ imports: [MoviesModule, SchedulerModule], providers: [AlertMonitor, MonitoredFigures] })
export class MonitorModule {}
