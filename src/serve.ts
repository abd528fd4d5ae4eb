import { type INestApplicationContext, Logger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { AppModule } from './app.module.js';
import { JsonLogger } from './common/logger.js';
import type { AppConfig } from './config/app-config.js';
import { configureApp } from './configure-app.js';
import { PipelineService } from './pipeline/pipeline.service.js';
import { closeWhenAsked } from './shutdown.js';

/** Starts what this process has the roles for; it then goes on until it is asked to end. */
export async function startService(config: AppConfig, asked: AbortSignal): Promise<void> {
  if (config.roles.includes('api')) {
    const app = await createApp(config);
    await serve(app, config.http);
    closeWhenAsked(app, asked);
  } else {
    closeWhenAsked(await createBackground(config), asked);
  }
}

/** The configured app, its database open and migrated, not yet listening. */
export async function createApp(config: AppConfig): Promise<NestExpressApplication> {
  const app = await NestFactory.create<NestExpressApplication>(AppModule.of(config, { migrate: 'apply' }), {
    logger: loggerOf(config),
    abortOnError: false,
    bodyParser: false,
  });
  configureApp(app, config.http);
  await app.get(PipelineService).closeInterrupted();
  return app;
}

/** Schedules and worker, as far as this process has the roles, without HTTP. */
async function createBackground(config: AppConfig): Promise<INestApplicationContext> {
  const app = await NestFactory.createApplicationContext(AppModule.of(config, { migrate: 'apply' }), {
    logger: loggerOf(config),
    abortOnError: false,
  });
  await app.get(PipelineService).closeInterrupted();
  return app;
}

function loggerOf(config: AppConfig): JsonLogger {
  return new JsonLogger({ ...config.log, to: 'stdout' });
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
