import type { CorsOptions } from '@nestjs/common/interfaces/external/cors-options.interface.js';

/** What pages of these origins may send, and read of the answers. Tokens travel in a header, so no cookies. */
export function crossOrigin(origins: readonly string[]): CorsOptions {
  return {
    origin: origins.includes('*') ? '*' : [...origins],
    allowedHeaders: ['Authorization', 'Content-Type', 'Idempotency-Key', 'Last-Event-ID', 'X-Request-Id'],
    exposedHeaders: ['Link', 'Location', 'Retry-After', 'X-Request-Id'],
    maxAge: 600,
  };
}
