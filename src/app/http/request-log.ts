import { randomUUID } from 'node:crypto';
import { Logger } from '@nestjs/common';
import type { RequestHandler } from 'express';
import type { Clock } from '../../common/clock.js';
import { httpRequests } from '../../common/measurement.js';
import { requestContext } from '../../common/logging/request-context.js';

/** The request ids that are accepted from outside; they go into headers and logs. */
const REQUEST_ID = /^[\w.:-]{1,128}$/;
const MAX_PATH_LENGTH = 200;

/**
 * Gives every request an id, which is the caller's `X-Request-Id` where that is valid, and logs one line when the
 * response has been sent. Paths are logged without their query, which may contain secrets.
 */
export function requestLog(clock: Clock): RequestHandler {
  const logger = new Logger('Http');
  return (request, response, next) => {
    const given = request.get('x-request-id') ?? '';
    const requestId = REQUEST_ID.test(given) ? given : randomUUID();
    response.setHeader('X-Request-Id', requestId);
    const startedMs = clock.monotonicMs();
    const { method, path } = request;
    requestContext.run({ requestId, address: request.ip ?? '', actor: null }, () => {
      response.once('close', () => {
        const ms = clock.monotonicMs() - startedMs;
        httpRequests.publish({
          method,
          route: routeOf(request),
          status: response.statusCode,
          seconds: ms / 1_000,
        });
        const line = {
          event: 'http.request',
          method,
          path: path.slice(0, MAX_PATH_LENGTH),
          status: response.statusCode,
          ms: Math.round(ms),
          ...(response.writableFinished ? {} : { aborted: true }),
          requestId,
        };
        // Probes come every few seconds, and would fill the log.
        if (path.startsWith('/health')) logger.debug(line);
        else logger.log(line);
      });
      next();
    });
  };
}

/** The template of the route that served the request, such as `/movies/:id`: never a path that a client chose. */
function routeOf({ route }: { readonly route?: unknown }): string {
  const { path } = (route ?? {}) as { readonly path?: unknown };
  return typeof path === 'string' ? path : 'none';
}
