import { type INestApplicationContext, Logger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { FirstAdmin } from '../auth/users/first-admin.js';
import { AppModule } from './app.module.js';
import { JsonLogger } from '../common/logging/json-logger.js';
import type { AppConfig } from '../config/app-config.js';
import { configureHttp } from './http/configure-http.js';
import { type OpenDatabase, openDatabase } from '../database/connection/open-database.js';
import { closeOnShutdown } from './shutdown.js';

/** Starts the roles of this process, which run until `shutdownSignal` is aborted. */
export async function startService(config: AppConfig, shutdownSignal: AbortSignal): Promise<void> {
  const { roles } = config;
  if (roles.includes('api')) {
    const app = await createApp(config, shutdownSignal);
    const firstAdmin = app.get(FirstAdmin);
    try {
      const url = await serve(app, config.http);
      new Logger('Service').log({ event: 'service.started', roles });
      if (process.stdout.isTTY) process.stdout.write(greeting(url));
    } finally {
      // Last, so that no other line hides it; also when the start fails, since the user has been created.
      firstAdmin.printPassword();
    }
    closeOnShutdown(app, shutdownSignal);
  } else {
    const app = await createBackground(config, shutdownSignal);
    new Logger('Service').log({ event: 'service.started', roles });
    closeOnShutdown(app, shutdownSignal);
  }
}

/** Where to look, for a person who has started the service on a terminal. */
function greeting(url: string): string {
  return `
movie-pipeline serves at ${url} until Ctrl-C:
  ${url}/ui/       dashboard
  ${url}/docs      Swagger UI
  ${url}/health    service health

`;
}

/** Creates the configured application with its database open and migrated; it does not listen yet. */
export function createApp(
  config: AppConfig,
  shutdownSignal = new AbortController().signal,
): Promise<NestExpressApplication> {
  return onDatabase(config, shutdownSignal, async (database) => {
    const app = await NestFactory.create<NestExpressApplication>(AppModule.of(config, database), {
      abortOnError: false,
      bodyParser: false,
    });
    configureHttp(app, config);
    return app;
  });
}

/** Creates the application without HTTP. */
function createBackground(config: AppConfig, shutdownSignal: AbortSignal): Promise<INestApplicationContext> {
  return onDatabase(config, shutdownSignal, (database) =>
    NestFactory.createApplicationContext(AppModule.of(config, database), { abortOnError: false }),
  );
}

async function onDatabase<App extends INestApplicationContext>(
  config: AppConfig,
  shutdownSignal: AbortSignal,
  create: (database: OpenDatabase) => Promise<App>,
): Promise<App> {
  Logger.overrideLogger(new JsonLogger({ ...config.log, to: 'stdout' }));
  const opened = await openDatabase(config.database, { migrate: 'apply', signal: shutdownSignal });
  return opened.handTo(create);
}

/** Serves the API; resolves with its address. */
export async function serve(app: NestExpressApplication, { host, port }: AppConfig['http']): Promise<string> {
  try {
    await app.listen(port, host);
  } catch (error) {
    await app.close();
    throw explainListen(error, port);
  }
  const url = await app.getUrl();
  new Logger('Http').log({ event: 'http.listening', url });
  return url;
}

function explainListen(error: unknown, port: number): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  if (code === 'EADDRINUSE') {
    return new Error(
      `Port ${port} is taken. Set PORT to a free port, or stop the program that listens there.`,
      {
        cause: error,
      },
    );
  }
  if (code === 'EACCES') {
    return new Error(`This user may not listen on port ${port}. Set PORT to 1024 or higher.`, {
      cause: error,
    });
  }
  return error;
}
