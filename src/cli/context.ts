import { type INestApplicationContext, Logger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { AppModule } from '../app/app.module.js';
import { JsonLogger } from '../common/logging/json-logger.js';
import type { AppConfig } from '../config/app-config.js';
import { loadConfig, type Needs, readEnvironment } from '../config/load-config.js';
import { type OpenDatabase, openDatabase, type OpenOptions } from '../database/connection/open-database.js';

export type Migrate = NonNullable<OpenOptions['migrate']>;

/**
 * The environment, for one command. Unless LOG_LEVEL says otherwise only warnings are logged: the command's own output
 * says the rest.
 */
export function commandConfig(needs: Needs): AppConfig {
  const env = readEnvironment();
  const config = { ...loadConfig(env, needs), roles: [] };
  const quiet = (env.LOG_LEVEL ?? '') === '';
  return quiet ? { ...config, log: { ...config.log, level: 'warn' } } : config;
}

/** Runs `use` within the application, without HTTP, and closes it however that ends. */
export async function withApplication<T>(
  config: AppConfig,
  migrate: Migrate,
  use: (app: INestApplicationContext) => Promise<T>,
): Promise<T> {
  const opened = await openCommandDatabase(config, migrate);
  const app = await opened.handTo((database) =>
    NestFactory.createApplicationContext(AppModule.of(config, database), { abortOnError: false }),
  );
  try {
    return await use(app);
  } finally {
    await app.close();
  }
}

/** The database by itself. */
export function openCommandDatabase({ log, database }: AppConfig, migrate: Migrate): Promise<OpenDatabase> {
  // Standard output is for the command's answer.
  Logger.overrideLogger(new JsonLogger({ ...log, to: 'stderr' }));
  return openDatabase(database, { migrate });
}
