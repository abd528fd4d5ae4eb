import type { Server } from 'node:http';
import type { RequestHandler } from 'express';
import type { Draining } from '../../common/draining.js';

/** Limits for clients that send a request slowly: Node drops their connections with 408. */
const LIMITS = {
  headersMs: 10_000,
  requestMs: 30_000,
  /** How often Node looks for connections that are over the limits. Its default is 30 seconds. */
  checkMs: 1_000,
};
/** Longer than the 60 seconds after which common load balancers close an idle connection. */
const KEEP_ALIVE_TIMEOUT_MS = 65_000;

/** Call it before the server listens, because that starts the checks. */
export function limitServer(server: Server, { headersMs, requestMs, checkMs } = LIMITS): void {
  server.headersTimeout = headersMs;
  server.requestTimeout = requestMs;
  Object.assign(server, { connectionsCheckingInterval: checkMs });
  server.keepAliveTimeout = KEEP_ALIVE_TIMEOUT_MS;
}

/** Makes each response the last on its connection once the shutdown has begun. */
export function closeWhileDraining(draining: Draining): RequestHandler {
  return (_, response, next) => {
    if (draining.hasBegun) response.setHeader('Connection', 'close');
    next();
  };
}
