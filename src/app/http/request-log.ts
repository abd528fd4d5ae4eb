import { randomUUID } from 'node:crypto';
import { Logger } from '@nestjs/common';
import type { RequestHandler } from 'express';
import type { Clock } from '../../common/clock.js';
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
        const line = {
          event: 'http.request',
          method,
          path: path.slice(0, MAX_PATH_LENGTH),
          status: response.statusCode,
          ms: Math.round(clock.monotonicMs() - startedMs),
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
