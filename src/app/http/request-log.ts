import { randomUUID } from 'node:crypto';
import { Logger } from '@nestjs/common';
import type { RequestHandler } from 'express';
import type { Clock } from '../../common/clock.js';
import { requestContext } from '../../common/logging/request-context.js';

/** What a request id from outside may be: it goes into headers and logs. */
const REQUEST_ID = /^[\w.:-]{1,128}$/;
const MAX_PATH_LENGTH = 200;

/**
 * Gives every request an id, the caller's own where it sent a sane `X-Request-Id`, and logs one line when its answer
 * has left. Paths are logged without their query, which may hold secrets.
 */
export function requestLog(clock: Clock): RequestHandler {
  const logger = new Logger('Http');
  return (request, response, next) => {
    const given = request.get('x-request-id') ?? '';
    const requestId = REQUEST_ID.test(given) ? given : randomUUID();
    response.setHeader('X-Request-Id', requestId);
    const startedMs = clock.monotonicMs();
    const { method, path } = request;
    requestContext.run({ requestId }, () => {
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
        // Probes come every few seconds, and say nothing that the answer to the next one doesn't.
        if (path.startsWith('/health')) logger.debug(line);
        else logger.log(line);
      });
      next();
    });
  };
}
