import { systemClock } from '../common/system-clock.js';
import type { AppConfig } from '../config/app-config.js';
import { ConfigError } from '../config/config-error.js';
import type { OpenDatabase } from '../database/connection/open-database.js';
import { commandConfig, openCommandDatabase } from './context.js';
import {
  checkFailing,
  checkFreshness,
  checkKey,
  checkLastRun,
  checkMigrations,
  checkSchedules,
  type Finding,
  finding,
} from './doctor-checks.js';
import { EXIT } from './exit-code.js';

const SIGNS = { ok: '✓', warning: '!', fault: '✗' } as const;

/** Checks everything one by one and says what to do about each. Fails when there is a fault. */
export async function doctorCommand({ json }: { readonly json: boolean }): Promise<number> {
  const findings: Finding[] = [];
  for await (const found of examination()) {
    findings.push(found);
    if (!json) process.stdout.write(`${SIGNS[found.verdict]} ${found.check.padEnd(12)} ${found.detail}\n`);
  }
  if (json) process.stdout.write(`${JSON.stringify(findings, null, 2)}\n`);
  return findings.some(({ verdict }) => verdict === 'fault') ? EXIT.failed : EXIT.success;
}

async function* examination(): AsyncGenerator<Finding> {
  const config = attempt(() => commandConfig({ tmdbKey: false }));
  if (config instanceof ConfigError) {
    yield finding('environment', 'fault', config.message);
    return;
  }
  yield finding('environment', 'ok', 'Every variable is well-formed.');
  yield await checked('key', () => checkKey(config));
  yield* examineDatabase(config);
}

async function* examineDatabase(config: AppConfig): AsyncGenerator<Finding> {
  let database: OpenDatabase;
  try {
    database = await openCommandDatabase(config, 'never');
  } catch (error) {
    yield finding('database', 'fault', wordsOf(error));
    return;
  }
  try {
    const kind = config.database.url === null ? 'the embedded one, ' : '';
    yield finding('database', 'ok', `Connected to ${kind}${database.label}.`);
    const migrations = await checked('migrations', () => checkMigrations(database));
    yield migrations;
    if (migrations.verdict !== 'ok') return;
    yield await checked('schedules', () => checkSchedules(database, config, systemClock));
    yield await checked('last run', () => checkLastRun(database, systemClock));
    yield await checked('freshness', () => checkFreshness(database, systemClock.now()));
    yield await checked('failing', () => checkFailing(database));
  } finally {
    await database.close();
  }
}

/** Runs one check; what it throws is its fault, in the error's own words. */
async function checked(check: string, run: () => Promise<Finding>): Promise<Finding> {
  try {
    return await run();
  } catch (error) {
    return finding(check, 'fault', wordsOf(error));
  }
}

function attempt(read: () => AppConfig): AppConfig | ConfigError {
  try {
    return read();
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
