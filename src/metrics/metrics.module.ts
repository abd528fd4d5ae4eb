import { Module } from '@nestjs/common';
import { MoviesModule } from '../movies/movies.module.js';
import { RunsModule } from '../runs/runs.module.js';
import { SchedulerModule } from '../scheduler/scheduler.module.js';
import { TmdbModule } from '../tmdb/tmdb.module.js';
import { DatabaseFiguresCache } from './database-figures.js';
import { MetricsServer } from './metrics-server.js';

/** What Prometheus reads. */
@Module({
  imports: [TmdbModule, MoviesModule, RunsModule, SchedulerModule],
  providers: [DatabaseFiguresCache, MetricsServer],
})
export class MetricsModule {}
