import { type INestApplicationContext, Logger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { AppModule } from '../app/app.module.js';
import { JsonLogger } from '../common/logging/json-logger.js';
import type { AppConfig } from '../config/app-config.js';
import { loadConfig, type Needs, readEnvironment } from '../config/load-config.js';
import { type OpenDatabase, openDatabase, type OpenOptions } from '../database/connection/open-database.js';

export type Migrate = NonNullable<OpenOptions['migrate']>;

/**
 * The configuration of a command. Without LOG_LEVEL only warnings are printed, since the command prints its result.
 */
export function commandConfig(needs: Needs): AppConfig {
  const env = readEnvironment();
  const config = { ...loadConfig(env, needs), roles: [] };
  const quiet = (env.LOG_LEVEL ?? '') === '';
  return quiet ? { ...config, log: { ...config.log, consoleLevel: 'warn' } } : config;
}

/**
 * Runs `use` with the application, without HTTP, and closes the application afterwards.
 * @param signal aborted to stop waiting for the database
 */
export async function withApplication<T>(
  config: AppConfig,
  migrate: Migrate,
  use: (app: INestApplicationContext) => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  const opened = await openCommandDatabase(config, migrate, signal);
  const app = await opened.handTo((database) =>
    NestFactory.createApplicationContext(AppModule.of(config, database), { abortOnError: false }),
  );
  try {
    return await use(app);
  } finally {
    await app.close();
  }
}

/** Opens the database alone. */
export function openCommandDatabase(
  { log, database }: AppConfig,
  migrate: Migrate,
  signal?: AbortSignal,
): Promise<OpenDatabase> {
  // Standard output is for the command's result.
  Logger.overrideLogger(new JsonLogger({ ...log, to: 'stderr' }));
  return openDatabase(database, { migrate, ...(signal && { signal }) });
}
