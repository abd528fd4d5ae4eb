import { Injectable } from '@nestjs/common';
import { HealthIndicatorService, type HealthIndicatorResult } from '@nestjs/terminus';
import { Draining } from '../common/draining.js';
import { DatabaseHealth } from '../database/connection/database-health.js';
import { HEALTH_TIMEOUT_MS, readInTime } from '../common/read-in-time.js';

export const PENDING = 'Migrations are pending. Run: npx movie-pipeline migrate';

/** The checks that a process must pass to serve. Health is public: no message quotes the database. */
@Injectable()
export class ReadinessIndicators {
  constructor(
    private readonly indicators: HealthIndicatorService,
    private readonly databaseHealth: DatabaseHealth,
    private readonly draining: Draining,
  ) {}

  service(): HealthIndicatorResult {
    const indicator = this.indicators.check('service');
    return this.draining.hasBegun ? indicator.down('This process is shutting down.') : indicator.up();
  }

  async database(): Promise<HealthIndicatorResult> {
    const indicator = this.indicators.check('database');
    const result = await indicator.attempt(() => this.databaseHealth.ping()).withTimeout(HEALTH_TIMEOUT_MS);
    return result.database.status === 'up' ? result : indicator.down('The database does not respond.');
  }

  async migrations(): Promise<HealthIndicatorResult> {
    const indicator = this.indicators.check('migrations');
    const pending = await readInTime(() => this.databaseHealth.pendingMigrations());
    if (pending === null)
      return indicator.down('The database does not respond, or does not fit this version.');
    return pending.length === 0 ? indicator.up() : indicator.down({ message: PENDING, pending });
  }
}
