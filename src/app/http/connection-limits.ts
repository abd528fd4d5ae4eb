import type { Server } from 'node:http';
import type { RequestHandler } from 'express';
import type { Draining } from '../../common/draining.js';

/** Limits for clients that send a request slowly. */
const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 30_000;
/** Longer than the 60 seconds after which common load balancers close an idle connection. */
const KEEP_ALIVE_TIMEOUT_MS = 65_000;

export function limitServer(server: Server): void {
  server.headersTimeout = HEADERS_TIMEOUT_MS;
  server.requestTimeout = REQUEST_TIMEOUT_MS;
  server.keepAliveTimeout = KEEP_ALIVE_TIMEOUT_MS;
}

/** Makes each response the last on its connection once the shutdown has begun. */
export function closeWhileDraining(draining: Draining): RequestHandler {
  return (_, response, next) => {
    if (draining.hasBegun) response.setHeader('Connection', 'close');
    next();
  };
}
