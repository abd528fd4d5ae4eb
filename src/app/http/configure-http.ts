import type { NestExpressApplication } from '@nestjs/platform-express';
import { CLOCK, type Clock } from '../../common/clock.js';
import { Draining } from '../../common/draining.js';
import { ProblemFilter } from '../../common/problem-details/problem.filter.js';
import type { HttpConfig } from '../../config/app-config.js';
import { allowedMethods } from './allowed-methods.js';
import { readBodies } from './body-parsing.js';
import { crossOrigin } from './cors.js';
import { serveDescription } from './openapi.js';
import { neverStored, securityHeaders } from './security-headers.js';
import { requestLog } from './request-log.js';
import { letGo, limitServer } from './connection-limits.js';
import { validation } from './validation.js';

/** What every HTTP answer goes through, in this order; the service and the tests configure their app by this alone. */
export function configureHttp(app: NestExpressApplication, config: HttpConfig): void {
  limitServer(app.getHttpServer());
  app.disable('x-powered-by').disable('etag');
  if (config.trustProxy !== null) app.set('trust proxy', config.trustProxy);
  app.use(requestLog(app.get<Clock>(CLOCK)), letGo(app.get(Draining)), securityHeaders(), neverStored());
  if (config.corsOrigins.length > 0) app.enableCors(crossOrigin(config.corsOrigins));
  serveDescription(app);
  app.use(allowedMethods());
  readBodies(app);
  app.useGlobalPipes(validation());
  app.useGlobalFilters(new ProblemFilter());
}
