import { Module } from '@nestjs/common';
import { AlertsModule } from '../alerts/alerts.module.js';
import { AuditModule } from '../audit/audit.module.js';
import { MoviesModule } from '../movies/movies.module.js';
import { TmdbModule } from '../tmdb/tmdb.module.js';
import { ExportRequests } from './export-requests.js';
import { FailingMovies } from './failing-movies.js';
import { RunAlerts } from './run-alerts.js';
import { RunCheckpoint } from './run-checkpoint.repository.js';
import { RunFiguresRepository } from './run-figures.repository.js';
import { RunHeartbeat } from './run-heartbeat.js';
import { RunHistory } from './run-history.repository.js';
import { RunLeases } from './run-lease.repository.js';
import { RunMovies } from './run-movies.repository.js';
import { RunRequests } from './run-requests.repository.js';
import { RunRetention } from './run-retention.repository.js';
import { RunsRepository } from './runs.repository.js';

const PROVIDERS = [
  ...[RunsRepository, RunLeases, RunCheckpoint, RunMovies, RunRequests],
  ...[RunHeartbeat, RunHistory, RunRetention, FailingMovies, ExportRequests, RunFiguresRepository, RunAlerts],
];

/** What a run is, and everything that is recorded of it. */
@Module({
  imports: [AuditModule, AlertsModule, TmdbModule, MoviesModule],
  providers: PROVIDERS,
  exports: PROVIDERS,
})
export class RunsModule {}
