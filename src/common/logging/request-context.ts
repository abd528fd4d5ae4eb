import { AsyncLocalStorage } from 'node:async_hooks';

/** Data of the current HTTP request. */
export interface RequestContext {
  /** Every line logged during the request contains it. */
  readonly requestId: string;
  /** The client's address, as far as the trusted proxies report it. */
  readonly address: string;
  /** The name of the signed-in user; null until a token has been verified. */
  actor: string | null;
}

export const requestContext = new AsyncLocalStorage<RequestContext>();
