import { AsyncLocalStorage } from 'node:async_hooks';

/** Data of the current HTTP request, which every line logged during it contains. */
export interface RequestContext {
  readonly requestId: string;
}

export const requestContext = new AsyncLocalStorage<RequestContext>();
