import { Module } from '@nestjs/common';
import { AlertsModule } from '../alerts/alerts.module.js';
import { MoviesModule } from '../movies/movies.module.js';
import { SchedulerModule } from '../scheduler/scheduler.module.js';
import { AlertMonitor, MonitoredFigures } from './alert-monitor.js';

@Module({
  imports: [AlertsModule, MoviesModule, SchedulerModule],
  providers: [AlertMonitor, MonitoredFigures],
})
export class MonitorModule {}
