import { Injectable } from '@nestjs/common';
import { HealthIndicatorService, type HealthIndicatorResult } from '@nestjs/terminus';
import { DatabaseHealth } from '../database/database-health.js';
import { RunsService } from '../pipeline/runs.service.js';
import { SchedulerHealth } from '../scheduler/scheduler-health.js';
import { TmdbClient } from '../tmdb/tmdb-client.js';

const DATABASE_TIMEOUT_MS = 3_000;

/** What health answers are made of. Open to anybody, so each says what is wrong and nothing that a server said. */
@Injectable()
export class HealthIndicators {
  constructor(
    private readonly indicators: HealthIndicatorService,
    private readonly databaseHealth: DatabaseHealth,
    private readonly runs: RunsService,
    private readonly tmdbClient: TmdbClient,
    private readonly schedulerHealth: SchedulerHealth,
  ) {}

  async database(): Promise<HealthIndicatorResult> {
    return this.indicators
      .check('database')
      .attempt(() => this.databaseHealth.ping())
      .withTimeout(DATABASE_TIMEOUT_MS);
  }

  async migrations(): Promise<HealthIndicatorResult> {
    const indicator = this.indicators.check('migrations');
    const pending = await this.databaseHealth.pendingMigrations();
    return pending.length === 0
      ? indicator.up()
      : indicator.down({ message: 'Migrations are pending: run "movie-pipeline migrate".', pending });
  }

  tmdb(): HealthIndicatorResult {
    const indicator = this.indicators.check('tmdb');
    return this.tmdbClient.isDown ? indicator.degraded('TMDB has not answered lately.') : indicator.up();
  }

  async scheduler(): Promise<HealthIndicatorResult> {
    const indicator = this.indicators.check('scheduler');
    try {
      const fault = await this.schedulerHealth.fault();
      return fault === null ? indicator.up() : indicator.degraded(fault);
    } catch {
      return indicator.degraded('The schedules can not be read.');
    }
  }

  async lastRun(): Promise<HealthIndicatorResult> {
    const indicator = this.indicators.check('last_run');
    const { last } = await this.runs.status();
    if (last === null) return indicator.up({ message: 'There was no run yet.' });
    const facts = { id: last.id, run_status: last.status, run_date: last.runDate.toISOString() };
    return last.status === 'FAILED' ? indicator.degraded(facts) : indicator.up(facts);
  }
}
