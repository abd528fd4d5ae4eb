import { type INestApplicationContext, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { AppModule } from '../app/app.module.js';
import { CLOCK, type Clock } from '../common/clock.js';
import { CommonModule } from '../common/common.module.js';
import { isLoopbackHost } from '../common/private-address.js';
import type { AppConfig } from '../config/app-config.js';
import { ConfigError } from '../config/config-error.js';
import { loadConfig, loadServiceConfig, readEnvironment } from '../config/load-config.js';
import { ConfigModule } from '../config/config.module.js';
import { ClockSkew } from '../database/connection/clock-skew.js';
import { LockWaits } from '../database/connection/lock-waits.js';
import type { OpenDatabase } from '../database/connection/open-database.js';
import { DatabaseError } from '../database/errors/database-error.js';
import { ListsRepository } from '../movies/lists.repository.js';
import { BackgroundIndexes } from '../movies/indexes/background-indexes.js';
import { MoviesRepository } from '../movies/movies.repository.js';
import { SearchRepository } from '../movies/search/search.repository.js';
import { RunsRepository } from '../runs/runs.repository.js';
import { overdueJobs } from '../scheduler/due-occurrence.js';
import { SchedulesRepository } from '../scheduler/schedules.repository.js';
import { TmdbClient } from '../tmdb/tmdb-client.js';
import { TmdbModule } from '../tmdb/tmdb.module.js';
import { commandConfig, openCommandDatabase } from './context.js';
import { moment, number } from './format.js';

export interface Finding {
  readonly check: string;
  readonly verdict: 'ok' | 'warning' | 'fault';
  /** What was found, and the next step. */
  readonly detail: string;
}

type Result = Omit<Finding, 'check'>;

const DAY_MS = 24 * 3_600_000;
/** The period of the daily schedule and a day of grace. */
const STALE_AFTER_DAYS = 2;

const ok = (detail: string): Result => ({ verdict: 'ok', detail });
const warning = (detail: string): Result => ({ verdict: 'warning', detail });
const fault = (detail: string): Result => ({ verdict: 'fault', detail });

/** Runs the checks one after another, as far as those before allow it. */
export async function* examine(): AsyncGenerator<Finding> {
  const config = readConfig();
  if (config instanceof ConfigError) {
    yield { check: 'environment', ...fault(config.message) };
    return;
  }
  yield await finding('environment', checkService);
  if (isBehindUntrustedProxy(config.http)) {
    yield {
      check: 'proxy',
      ...warning(
        'ALLOWED_HOSTS means that a proxy forwards requests to loopback, and TRUST_PROXY does not name it: all its ' +
          'clients share one login limit. Set TRUST_PROXY.',
      ),
    };
  }
  yield await finding('key', () => checkKey(config));
  let database: OpenDatabase;
  try {
    database = await openCommandDatabase(config, 'never');
  } catch (error) {
    const isNew = error instanceof DatabaseError && error.code === 'NO_DATABASE';
    yield { check: 'database', ...(isNew ? warning(error.message) : faultOf(error)) };
    return;
  }
  try {
    yield { check: 'database', ...checkDatabase(database) };
    const migrations = await finding('migrations', () => checkMigrations(database));
    yield migrations;
    yield await finding('job queue', () => checkQueue(database));
    if (migrations.verdict === 'ok') yield* examineData(database, config);
  } finally {
    await database.close();
  }
}

/** The checks that need migrated tables, with the services of the application. */
async function* examineData(database: OpenDatabase, config: AppConfig): AsyncGenerator<Finding> {
  const app = await NestFactory.createApplicationContext(AppModule.of(config, database), {
    abortOnError: false,
  });
  try {
    yield await finding('locks', () => checkLocks(app));
    yield await finding('indexes', () => checkIndexes(app));
    yield await finding('search', () => checkSearch(app));
    yield await finding('clock', () => checkClock(app));
    yield await finding('schedules', () => checkSchedules(app));
    yield await finding('last run', () => checkLastRun(app));
    yield await finding('freshness', () => checkFreshness(app));
    yield await finding('failing', () => checkFailing(app));
  } finally {
    await app.close();
  }
}

/** An error that the check throws is its fault. */
async function finding(check: string, run: () => Result | Promise<Result>): Promise<Finding> {
  try {
    return { check, ...(await run()) };
  } catch (error) {
    return { check, ...faultOf(error) };
  }
}

function faultOf(error: unknown): Result {
  return fault(error instanceof Error ? error.message : String(error));
}

function readConfig(): AppConfig | ConfigError {
  try {
    return commandConfig({ tmdbKey: false });
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
}

/** On loopback, other names than HOST reach the service through a proxy only. */
function isBehindUntrustedProxy({ host, allowedHosts, trustProxy }: AppConfig['http']): boolean {
  return isLoopbackHost(host) && allowedHosts !== null && trustProxy === null;
}

/** What `npm start` needs beyond a command; the key has a check of its own. */
function checkService(): Result {
  const env = readEnvironment();
  const { roles } = loadConfig(env, { tmdbKey: false });
  loadServiceConfig(
    env,
    roles.filter((role) => role !== 'worker'),
  );
  return ok('Every variable is valid.');
}

/** Calls TMDB. Requires no database. */
async function checkKey(config: AppConfig): Promise<Result> {
  if (config.tmdb.apiKey === null) {
    return fault('TMDB_API_KEY is not set. Get a free key at https://www.themoviedb.org/settings/api');
  }
  @Module({ imports: [ConfigModule.of(config), CommonModule, TmdbModule] })
  class TmdbOnly {}
  const app = await NestFactory.createApplicationContext(TmdbOnly, { logger: false, abortOnError: false });
  try {
    await app.get(TmdbClient).checkKey({});
    return ok('TMDB accepts the key.');
  } finally {
    await app.close();
  }
}

function checkDatabase({ label, folder }: OpenDatabase): Result {
  return ok(
    `Connected to ${label}.${folder === null ? '' : ` The embedded database has its data in ${folder}.`}`,
  );
}

async function checkMigrations({ health }: OpenDatabase): Promise<Result> {
  const pending = await health.pendingMigrations();
  if (pending.length === 0) return ok('All applied.');
  return fault(`Not applied: ${pending.join(', ')}. Run: npx movie-pipeline migrate`);
}

async function checkQueue({ health }: OpenDatabase): Promise<Result> {
  const missing = await health.missingSchemas();
  return ok(
    missing.length === 0 ? 'Its schema is usable.' : 'The first start of the service creates its schema.',
  );
}

async function checkLocks(app: INestApplicationContext): Promise<Result> {
  const holders = await app.get(LockWaits).holders();
  if (holders.length === 0) return ok('The service waits for no lock.');
  const sessions = holders.map(
    ({ pid, role, application }) => `${pid} (role ${role}, program "${application}")`,
  );
  return warning(
    `The service waits for locks that these sessions of PostgreSQL hold: ${sessions.join(', ')}. ` +
      'End the program, or its session: SELECT pg_terminate_backend(PID)',
  );
}

async function checkIndexes(app: INestApplicationContext): Promise<Result> {
  const missing = await app.get(BackgroundIndexes).missing();
  if (missing.length === 0) return ok('All built.');
  return warning(
    `Not built yet: ${missing.join(', ')}. Reading movies is slower until the running service has built them; its log ` +
      'says "index.build_failed" if it cannot.',
  );
}

async function checkSearch(app: INestApplicationContext): Promise<Result> {
  if (!(await app.get(SearchRepository).isReady()))
    return warning(
      'Titles are still being prepared for search. The running service does so; its log says how far.',
    );
  if ((await app.get(BackgroundIndexes).trigramsSchema()) !== null) return ok('Ready, typos included.');
  return warning(
    'Search finds no titles with typos: the PostgreSQL extension pg_trgm is missing. The service creates it when it ' +
      'starts, where its role may; otherwise an administrator of the database runs: CREATE EXTENSION pg_trgm; Then ' +
      'restart the service. On Debian the package postgresql-contrib has the extension.',
  );
}

async function checkClock(app: INestApplicationContext): Promise<Result> {
  const skew = await app.get(ClockSkew).fault();
  return skew === null ? ok('It agrees with the clock of the database.') : fault(skew);
}

async function checkSchedules(app: INestApplicationContext): Promise<Result> {
  const now = app.get<Clock>(CLOCK).now();
  const stored = await app.get(SchedulesRepository).stored();
  if (stored === null) return ok('The first start of the service creates them.');
  if (!stored.running) return warning('Stopped. Start them: npx movie-pipeline scheduler start');
  const overdue = overdueJobs(stored.jobs, now);
  if (overdue.length > 0) return warning(`Overdue: ${overdue.join(', ')}. Start the service: npm start`);
  const next = stored.jobs.flatMap(({ id, active, timetable }) =>
    active ? `${id} at ${moment(timetable.next(now).toISOString())}` : [],
  );
  return ok(next.length === 0 ? 'All disabled.' : `Next: ${next.join(', ')}.`);
}

async function checkLastRun(app: INestApplicationContext): Promise<Result> {
  const { last } = await app.get(RunsRepository).overview();
  if (last === null) return warning('None yet. Run: npx movie-pipeline run daily');
  const detail = `Run ${last.id} of ${last.runDate.toISOString()}: ${last.status}.`;
  return last.status === 'FAILED' || last.status === 'PARTIAL'
    ? warning(`${detail} ${last.errorMessage ?? ''}`)
    : ok(detail);
}

async function checkFreshness(app: INestApplicationContext): Promise<Result> {
  const { movies, enriched } = await app.get(MoviesRepository).freshness();
  const lastSeenAt = await app.get(ListsRepository).lastSeenAt();
  if (lastSeenAt === null) return warning('No list has been read yet. Run: npx movie-pipeline run daily');
  const days = (app.get<Clock>(CLOCK).now().getTime() - lastSeenAt.getTime()) / DAY_MS;
  const detail = `${number(movies)} movies, ${number(enriched)} of them enriched; lists read ${days.toFixed(1)} days ago.`;
  if (days < 0) {
    return warning(
      'The lists were read in the future: a clock was or is wrong. The next run corrects the times.',
    );
  }
  return days <= STALE_AFTER_DAYS
    ? ok(detail)
    : warning(`${detail} Start the service, or run: npx movie-pipeline run daily`);
}

async function checkFailing(app: INestApplicationContext): Promise<Result> {
  const movies = await app.get(MoviesRepository).countFailing();
  if (movies === 0) return ok('No movie failed twice or more in a row.');
  const subject = `${number(movies)} ${movies === 1 ? 'movie' : 'movies'}`;
  return warning(`${subject} failed twice or more in a row. List them: npx movie-pipeline failing`);
}
