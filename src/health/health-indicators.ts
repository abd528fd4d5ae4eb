import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { HealthIndicatorService, type HealthIndicatorResult } from '@nestjs/terminus';
import { Draining } from '../common/draining.js';
import { DatabaseHealth } from '../database/connection/database-health.js';
import { RunsRepository } from '../runs/runs.repository.js';
import { SchedulerHealth } from '../scheduler/scheduler-health.js';
import { TmdbClient } from '../tmdb/tmdb-client.js';

/** Probes give up after some seconds, too. */
const TIMEOUT_MS = 3_000;

/** What health answers are made of. Open to anybody, so each says what is wrong and nothing that a server said. */
@Injectable()
export class HealthIndicators {
  constructor(
    private readonly indicators: HealthIndicatorService,
    private readonly databaseHealth: DatabaseHealth,
    private readonly runs: RunsRepository,
    private readonly tmdbClient: TmdbClient,
    private readonly draining: Draining,
    private readonly schedulerHealth: SchedulerHealth,
  ) {}

  service(): HealthIndicatorResult {
    const indicator = this.indicators.check('service');
    return this.draining.hasBegun ? indicator.down('This process is about to end.') : indicator.up();
  }

  async database(): Promise<HealthIndicatorResult> {
    const indicator = this.indicators.check('database');
    const result = await indicator.attempt(() => this.databaseHealth.ping()).withTimeout(TIMEOUT_MS);
    return result.database.status === 'up' ? result : indicator.down('The database does not answer.');
  }

  async migrations(): Promise<HealthIndicatorResult> {
    const indicator = this.indicators.check('migrations');
    const pending = await inTime(() => this.databaseHealth.pendingMigrations());
    if (pending === null)
      return indicator.down('The database does not answer, or does not fit this version.');
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
    const found = await inTime(async () => ({ fault: await this.schedulerHealth.fault() }));
    if (found === null) return indicator.degraded('The schedules can not be read.');
    return found.fault === null ? indicator.up() : indicator.degraded(found.fault);
  }

  async lastRun(): Promise<HealthIndicatorResult> {
    const indicator = this.indicators.check('last_run');
    const overview = await inTime(() => this.runs.overview());
    if (overview === null) return indicator.degraded('Not known, for the database does not answer.');
    const { last } = overview;
    if (last === null) return indicator.up({ message: 'There was no run yet.' });
    const facts = { id: last.id, run_status: last.status, run_date: last.runDate.toISOString() };
    return last.status === 'FAILED' ? indicator.degraded(facts) : indicator.up(facts);
  }
}

/** Null when it failed or took too long. */
async function inTime<T>(ask: () => Promise<T>): Promise<T | null> {
  return Promise.race([ask().catch(() => null), sleep(TIMEOUT_MS, null, { ref: false })]);
}
