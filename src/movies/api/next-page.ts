import { applyDecorators, type Type } from '@nestjs/common';
import { ApiOkResponse, ApiResponse } from '@nestjs/swagger';
import type { Request, Response } from 'express';

/** Sets the header `Link`. The URL is relative to the host, so that it is right behind any proxy. */
export function linkNext(request: Request, response: Response, cursor: string): void {
  const [path, query] = request.originalUrl.split('?');
  const parameters = new URLSearchParams(query);
  parameters.set('cursor', cursor);
  response.setHeader('Link', `<${path}?${parameters.toString()}>; rel="next"`);
}

const ETAG = {
  description: 'Send it as `If-None-Match` to get 304 while nothing has changed.',
  schema: { type: 'string' },
} as const;
const LINK = {
  description: '`<…>; rel="next"` while more movies follow.',
  schema: { type: 'string' },
} as const;

/** Documents the success of a route whose responses may be cached. */
export function ApiCached(
  type: Type<unknown> | [Type<unknown>],
  description: string,
  { isPaged = false } = {},
): MethodDecorator {
  return applyDecorators(
    ApiOkResponse({ type, description, headers: { ETag: ETAG, ...(isPaged ? { Link: LINK } : {}) } }),
    ApiResponse({ status: 304, description: 'The response is the same as the one with this ETag.' }),
  );
}
