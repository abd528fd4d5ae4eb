import type { Server } from 'node:http';
import type { RequestHandler } from 'express';
import type { Draining } from '../../common/draining.js';

/** A client that dribbles its request holds a connection no longer than this. */
const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 30_000;
/** Longer than the 60 seconds after which common load balancers let go of an idle connection. */
const KEEP_ALIVE_TIMEOUT_MS = 65_000;

export function limitServer(server: Server): void {
  server.headersTimeout = HEADERS_TIMEOUT_MS;
  server.requestTimeout = REQUEST_TIMEOUT_MS;
  server.keepAliveTimeout = KEEP_ALIVE_TIMEOUT_MS;
}

/** Once the shutdown has begun, each answer is the last on its connection. */
export function letGo(draining: Draining): RequestHandler {
  return (_, response, next) => {
    if (draining.hasBegun) response.setHeader('Connection', 'close');
    next();
  };
}
