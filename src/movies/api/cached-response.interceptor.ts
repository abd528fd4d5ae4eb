import { createHash } from 'node:crypto';
import {
  type CallHandler,
  type ExecutionContext,
  Inject,
  Injectable,
  type NestInterceptor,
} from '@nestjs/common';
import type { Request, Response } from 'express';
import { map, type Observable } from 'rxjs';
import { APP_CONFIG, type AppConfig } from '../../config/app-config.js';

/** The header of what MOVIES_ACCESS opens or closes. */
export function cacheControlOf({ moviesAccess }: AppConfig['auth']): string {
  return `${moviesAccess === 'open' ? 'public' : 'private'}, max-age=60`;
}

/**
 * Lets clients cache a response for a minute, and gives it an ETag of its body. Caches that several users share may store
 * only what anyone may read.
 */
@Injectable()
export class CachedResponseInterceptor implements NestInterceptor<unknown, string> {
  private readonly cacheControl: string;

  constructor(@Inject(APP_CONFIG) { auth }: Pick<AppConfig, 'auth'>) {
    this.cacheControl = cacheControlOf(auth);
  }

  intercept(context: ExecutionContext, next: CallHandler<unknown>): Observable<string> {
    const http = context.switchToHttp();
    const { headers } = http.getRequest<Request>();
    // Express would not answer 304 to "no-cache", which fetch() sends with every If-None-Match; no answer is from a cache here.
    if (headers['if-none-match'] !== undefined) delete headers['cache-control'];
    const response = http.getResponse<Response>();
    return next.handle().pipe(
      map((body) => {
        const text = JSON.stringify(body);
        const digest = createHash('sha256').update(text).digest('base64url');
        response.setHeader('ETag', `"${digest}"`);
        response.setHeader('Cache-Control', this.cacheControl);
        response.type('application/json');
        return text;
      }),
    );
  }
}
