import { type INestApplicationContext, Logger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { AppModule } from './app.module.js';
import { JsonLogger } from '../common/logging/json-logger.js';
import type { AppConfig } from '../config/app-config.js';
import { configureHttp } from './http/configure-http.js';
import { type OpenDatabase, openDatabase } from '../database/connection/open-database.js';
import { closeWhenAsked } from './shutdown.js';

/** Starts what this process has the roles for; it then goes on until it is asked to end. */
export async function startService(config: AppConfig, asked: AbortSignal): Promise<void> {
  if (config.roles.includes('api')) {
    const app = await createApp(config, asked);
    await serve(app, config.http);
    closeWhenAsked(app, asked);
  } else {
    closeWhenAsked(await createBackground(config, asked), asked);
  }
}

/** The configured app, its database open and migrated, not yet listening. */
export function createApp(
  config: AppConfig,
  asked = new AbortController().signal,
): Promise<NestExpressApplication> {
  return onDatabase(config, asked, async (database) => {
    const app = await NestFactory.create<NestExpressApplication>(AppModule.of(config, database), {
      abortOnError: false,
      bodyParser: false,
    });
    configureHttp(app, config.http);
    return app;
  });
}

/** Schedules and worker, as far as this process has the roles, without HTTP. */
function createBackground(config: AppConfig, asked: AbortSignal): Promise<INestApplicationContext> {
  return onDatabase(config, asked, (database) =>
    NestFactory.createApplicationContext(AppModule.of(config, database), { abortOnError: false }),
  );
}

async function onDatabase<App extends INestApplicationContext>(
  config: AppConfig,
  asked: AbortSignal,
  create: (database: OpenDatabase) => Promise<App>,
): Promise<App> {
  Logger.overrideLogger(new JsonLogger({ ...config.log, to: 'stdout' }));
  const opened = await openDatabase(config.database, { migrate: 'apply', asked });
  return opened.handTo(create);
}

/** Serves the API; resolves with its address. */
export async function serve(app: NestExpressApplication, { host, port }: AppConfig['http']): Promise<string> {
  try {
    await app.listen(port, host);
  } catch (error) {
    await app.close();
    throw taken(error, port);
  }
  const url = await app.getUrl();
  new Logger('Http').log({ event: 'http.listening', url });
  return url;
}

function taken(error: unknown, port: number): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  if (code === 'EADDRINUSE') {
    return new Error(`Port ${port} is taken. Set PORT to a free one, or end what listens there.`, {
      cause: error,
    });
  }
  if (code === 'EACCES') {
    return new Error(`This user may not listen on port ${port}. Set PORT to one from 1024.`, {
      cause: error,
    });
  }
  return error;
}
