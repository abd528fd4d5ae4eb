import { AsyncLocalStorage } from 'node:async_hooks';

/** What belongs to the HTTP request that is being answered; every line logged meanwhile carries it. */
export interface RequestContext {
  readonly requestId: string;
}

export const requestContext = new AsyncLocalStorage<RequestContext>();
