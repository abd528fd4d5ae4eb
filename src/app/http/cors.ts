import type { CorsOptions } from '@nestjs/common/interfaces/external/cors-options.interface.js';

/** The headers that pages of `origins` may send and read. Tokens are sent in a header, so cookies are not allowed. */
export function corsOptions(origins: readonly string[]): CorsOptions {
  return {
    origin: origins.includes('*') ? '*' : [...origins],
    allowedHeaders: [
      ...[
        'Authorization',
        'Content-Type',
        'Idempotency-Key',
        'If-None-Match',
        'Last-Event-ID',
        'X-Request-Id',
      ],
    ],
    exposedHeaders: ['ETag', 'Link', 'Location', 'Retry-After', 'X-Request-Id'],
    maxAge: 600,
  };
}
