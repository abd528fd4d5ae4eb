import { Injectable } from '@nestjs/common';
import { HealthIndicatorService, type HealthIndicatorResult } from '@nestjs/terminus';
import { RunsRepository } from '../runs/runs.repository.js';
import { SchedulerHealth } from '../scheduler/scheduler-health.js';
import { TmdbClient } from '../tmdb/tmdb-client.js';
import { readInTime } from '../common/read-in-time.js';

/** The checks that are at worst degraded: a process serves without passing them. No message quotes TMDB or the database. */
@Injectable()
export class WarningIndicators {
  constructor(
    private readonly indicators: HealthIndicatorService,
    private readonly runs: RunsRepository,
    private readonly tmdbClient: TmdbClient,
    private readonly schedulerHealth: SchedulerHealth,
  ) {}

  tmdb(): HealthIndicatorResult {
    const indicator = this.indicators.check('tmdb');
    return this.tmdbClient.isDown
      ? indicator.degraded('The latest requests to TMDB failed.')
      : indicator.up();
  }

  async scheduler(): Promise<HealthIndicatorResult> {
    const indicator = this.indicators.check('scheduler');
    const read = await readInTime(async () => ({ fault: await this.schedulerHealth.fault() }));
    if (read === null) return indicator.degraded('The schedules cannot be read from the database.');
    return read.fault === null ? indicator.up() : indicator.degraded(read.fault);
  }

  async lastRun(): Promise<HealthIndicatorResult> {
    const indicator = this.indicators.check('last_run');
    const overview = await readInTime(() => this.runs.overview());
    if (overview === null) return indicator.degraded('The runs cannot be read from the database.');
    const { last } = overview;
    if (last === null) return indicator.up({ message: 'There are no runs yet.' });
    const facts = { id: last.id, run_status: last.status, run_date: last.runDate.toISOString() };
    return last.status === 'FAILED' ? indicator.degraded(facts) : indicator.up(facts);
  }
}
