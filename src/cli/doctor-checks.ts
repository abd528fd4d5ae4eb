import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { Clock } from '../common/clock.js';
import { CommonModule } from '../common/common.module.js';
import type { AppConfig } from '../config/app-config.js';
import { ConfigModule } from '../config/config.module.js';
import type { OpenDatabase } from '../database/connection/open-database.js';
import { ListsRepository } from '../movies/lists.repository.js';
import { MoviesRepository } from '../movies/movies.repository.js';
import { RunsRepository } from '../runs/runs.repository.js';
import { overdueJobs } from '../scheduler/due-occurrence.js';
import { SchedulesRepository } from '../scheduler/schedules.repository.js';
import { TmdbClient } from '../tmdb/tmdb-client.js';
import { TmdbModule } from '../tmdb/tmdb.module.js';
import { moment, number } from './format.js';

export interface Finding {
  readonly check: string;
  readonly verdict: 'ok' | 'warning' | 'fault';
  /** What was found, and what to do about it. */
  readonly detail: string;
}

const DAY_MS = 24 * 3_600_000;
/** The daily schedule and a day of grace. */
const STALE_AFTER_DAYS = 2;

export function finding(check: string, verdict: Finding['verdict'], detail: string): Finding {
  return { check, verdict, detail };
}

/** Asks TMDB, without a database. */
export async function checkKey(config: AppConfig): Promise<Finding> {
  if (config.tmdb.apiKey === null) {
    return finding(
      'key',
      'fault',
      'TMDB_API_KEY is not set. Get one at https://www.themoviedb.org/settings/api',
    );
  }
  @Module({ imports: [ConfigModule.of(config), CommonModule, TmdbModule] })
  class TmdbOnly {}
  const app = await NestFactory.createApplicationContext(TmdbOnly, { logger: false, abortOnError: false });
  try {
    await app.get(TmdbClient).checkKey({});
    return finding('key', 'ok', 'TMDB takes the key.');
  } finally {
    await app.close();
  }
}

export async function checkMigrations(database: OpenDatabase): Promise<Finding> {
  const pending = await database.health.pendingMigrations();
  if (pending.length === 0) return finding('migrations', 'ok', 'All applied.');
  return finding(
    'migrations',
    'fault',
    `Not applied: ${pending.join(', ')}. Run: npx movie-pipeline migrate`,
  );
}

export async function checkSchedules(
  database: OpenDatabase,
  config: AppConfig,
  clock: Clock,
): Promise<Finding> {
  const stored = await new SchedulesRepository(database.prisma, config, clock).stored();
  if (stored === null) return finding('schedules', 'ok', 'They begin at the first start of the service.');
  if (!stored.running) {
    return finding('schedules', 'warning', 'Stopped. Start them: npx movie-pipeline scheduler start');
  }
  const overdue = overdueJobs(stored.jobs, clock.now());
  if (overdue.length > 0) {
    const names = overdue.join(', ');
    return finding('schedules', 'warning', `Overdue: ${names}. Start the service: npm start`);
  }
  const next = stored.jobs.flatMap(({ id, active, timetable }) =>
    active ? `${id} at ${moment(timetable.next(clock.now()).toISOString())}` : [],
  );
  return finding('schedules', 'ok', next.length === 0 ? 'All disabled.' : `Next: ${next.join(', ')}.`);
}

export async function checkLastRun(database: OpenDatabase, clock: Clock): Promise<Finding> {
  const { last } = await new RunsRepository(database.prisma, clock).overview();
  if (last === null) return finding('last run', 'warning', 'None yet. Run: npx movie-pipeline run daily');
  const said = `Run ${last.id} of ${last.runDate.toISOString()} ended ${last.status}.`;
  if (last.status === 'FAILED' || last.status === 'PARTIAL') {
    return finding('last run', 'warning', `${said} ${last.errorMessage ?? ''}`);
  }
  return finding('last run', 'ok', said);
}

export async function checkFreshness(database: OpenDatabase, now: Date): Promise<Finding> {
  const { movies, enriched } = await new MoviesRepository(database.prisma).freshness();
  const lastSeenAt = await new ListsRepository(database.prisma).lastSeenAt();
  if (lastSeenAt === null)
    return finding('freshness', 'warning', 'No list was read yet. Run: npx movie-pipeline run daily');
  const days = (now.getTime() - lastSeenAt.getTime()) / DAY_MS;
  const said = `${number(movies)} movies, ${number(enriched)} of them enriched; lists read ${days.toFixed(1)} days ago.`;
  if (days <= STALE_AFTER_DAYS) return finding('freshness', 'ok', said);
  return finding('freshness', 'warning', `${said} Start the service, or run: npx movie-pipeline run daily`);
}

export async function checkFailing(database: OpenDatabase): Promise<Finding> {
  const movies = await new MoviesRepository(database.prisma).countFailing();
  if (movies === 0) return finding('failing', 'ok', 'No movie fails again and again.');
  const said = `${number(movies)} ${movies === 1 ? 'movie' : 'movies'} failed twice or more in a row.`;
  return finding('failing', 'warning', `${said} See which, and why: npx movie-pipeline failing`);
}
