import type { NestExpressApplication } from '@nestjs/platform-express';
import { CLOCK, type Clock } from '../../common/clock.js';
import { Draining } from '../../common/draining.js';
import { AppErrorsFilter } from './app-errors.filter.js';
import type { AppConfig } from '../../config/app-config.js';
import { allowedHosts } from './allowed-hosts.js';
import { allowedMethods } from './allowed-methods.js';
import { configureBodies } from './body-parsing.js';
import { corsOptions } from './cors.js';
import { forwardedAddress } from './forwarded-address.js';
import { serveDashboard } from './dashboard.js';
import { docsRequireToken } from './docs-access.js';
import { DOCS_PATHS, serveOpenApi } from './openapi.js';
import { queryParameters } from './query-parameters.js';
import { noStore, securityHeaders } from './security-headers.js';
import { requestLog } from './request-log.js';
import { closeWhileDraining, limitServer } from './connection-limits.js';
import { validation } from './validation.js';

/** Configures all of HTTP, in the order in which a request passes it. The service and the tests use the same function. */
export function configureHttp(app: NestExpressApplication, { http: config, auth }: AppConfig): void {
  limitServer(app.getHttpServer());
  app.disable('x-powered-by').disable('etag');
  app.set('query parser', queryParameters);
  if (config.trustProxy !== null) app.set('trust proxy', config.trustProxy);
  app.use(
    forwardedAddress(),
    requestLog(app.get<Clock>(CLOCK)),
    closeWhileDraining(app.get(Draining)),
    securityHeaders(),
    noStore(),
    allowedHosts(config),
  );
  if (config.corsOrigins.length > 0) app.enableCors(corsOptions(config.corsOrigins));
  if (auth.readAccess === 'signed_in') app.use(DOCS_PATHS, docsRequireToken());
  serveOpenApi(app);
  serveDashboard(app);
  app.use(allowedMethods());
  configureBodies(app);
  app.useGlobalPipes(validation());
  app.useGlobalFilters(new AppErrorsFilter());
}
