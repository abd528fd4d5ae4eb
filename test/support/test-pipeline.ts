import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { AppModule } from '../../src/app/app.module.js';
import { systemClock } from '../../src/common/system-clock.js';
import type { Role } from '../../src/config/app-config.js';
import { openDatabase } from '../../src/database/connection/open-database.js';
import { loadConfig } from '../../src/config/load-config.js';
import { type CustomOptions, CUSTOM_DEFAULTS, customPlan, type RunPlan } from '../../src/runs/run-plan.js';
import { RunTriggers } from '../../src/pipeline/execution/run-triggers.js';
import type { RunCounts, RunDetails } from '../../src/runs/run.js';
import { RunsRepository } from '../../src/runs/runs.repository.js';
import { Sandbox, type SandboxOptions } from '../../src/sandbox/sandbox.js';
import { swiftClock } from './swift-clock.js';
import { createTestDatabase, type TestDatabase } from './test-database.js';
import { until } from './until.js';

export interface TestRunOptions {
  /** Called again and again while the run is active, with its counters. */
  readonly whileActive?: (counts: RunCounts, runId: number) => void | Promise<void>;
}

/** The pipeline as `movie-pipeline run` has it: a worker without HTTP; a sandbox, a database and a swift clock. */
export interface TestPipeline {
  readonly app: INestApplicationContext;
  readonly sandbox: Sandbox;
  readonly database: TestDatabase;
  /** Queues a run and waits for its end. */
  run(plan: RunPlan, options?: TestRunOptions): Promise<RunDetails>;
  query<Row extends object = Record<string, unknown>>(sql: string, values?: unknown[]): Promise<Row[]>;
  close(): Promise<void>;
}

/** People in each cast and each crew: making, sending and storing the many of TMDB's movies takes most of a run's time. */
export const PEOPLE = 3;

export async function startTestPipeline(
  catalogue: SandboxOptions = {},
  env: Readonly<Record<string, string>> = {},
): Promise<TestPipeline> {
  const [database, sandbox] = await Promise.all([
    createTestDatabase(),
    Sandbox.start({ people: PEOPLE, ...catalogue }),
  ]);
  const app = await openContext({ ...testEnvironment(sandbox, database), ...env }, ['worker']);
  return {
    app,
    sandbox,
    database,
    run: (plan, options) => runToEnd(app, plan, options),
    query: (sql, values) => database.query(sql, values),
    close: async () => {
      await app.close();
      await sandbox.stop();
      await database.drop();
    },
  };
}

/** Has the worker of `app` lead a run. */
export async function runToEnd(
  app: INestApplicationContext,
  plan: RunPlan,
  { whileActive }: TestRunOptions = {},
): Promise<RunDetails> {
  const request = { trigger: 'cli', username: 'tester', key: null } as const;
  const runId = await app.get(RunTriggers).trigger(plan, request);
  const runs = app.get(RunsRepository);
  let details: RunDetails | null = null;
  const hasEnded = async (): Promise<boolean> => {
    details = await runs.details(runId);
    if (details === null) throw new Error(`Run ${runId} is no longer recorded`);
    if (details.run.finishedAt !== null) return true;
    await whileActive?.(details.run.counts, runId);
    return false;
  };
  await until(hasEnded, { deadlineMs: 100_000, what: `run ${runId} ends` });
  return details!;
}

/** Of a program on a sandbox and a database of a test. */
export function testEnvironment(sandbox: Sandbox, database: TestDatabase): Record<string, string> {
  return {
    TMDB_API_KEY: '0'.repeat(32),
    TMDB_BASE_URL: sandbox.url,
    TMDB_EXPORT_URL: sandbox.exportUrl,
    TMDB_REQUESTS_PER_SECOND: '100000',
    // Only hung answers take so long, on a busy machine too.
    TMDB_TIMEOUT_MS: '600000',
    DATABASE_URL: database.url,
    JWT_SECRET: 'only-for-tests-0f7c2e9a4b6d8135e1',
    LOG_LEVEL: 'fatal',
  };
}

/** The program without HTTP, on a swift clock. */
export async function openContext(
  env: Readonly<Record<string, string>>,
  roles: readonly Role[],
): Promise<INestApplicationContext> {
  const config = { ...loadConfig(env, { tmdbKey: true }), roles };
  const database = await openDatabase(config.database);
  return NestFactory.createApplicationContext(AppModule.of(config, database), {
    logger: false,
    abortOnError: false,
    instrument: {
      instanceDecorator: (instance: unknown) => (instance === systemClock ? swiftClock : instance),
    },
  });
}

export function custom(options: Partial<CustomOptions>): RunPlan {
  return customPlan({ ...CUSTOM_DEFAULTS, ...options });
}
