import type { RequestHandler } from 'express';
import helmet from 'helmet';

/**
 * Allows content of this origin only, and no inline scripts. Swagger UI has inline styles. HSTS is left to the proxy that
 * terminates TLS.
 */
export function securityHeaders(): RequestHandler {
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        'default-src': ["'none'"],
        'script-src': ["'self'"],
        'style-src': ["'self'", "'unsafe-inline'"],
        'img-src': ["'self'", 'data:'],
        'connect-src': ["'self'"],
        'base-uri': ["'none'"],
        'form-action': ["'none'"],
        'frame-ancestors': ["'none'"],
      },
    },
    strictTransportSecurity: false,
  });
}

/** Responses must not be cached, except the static files of Swagger UI. */
export function noStore(): RequestHandler {
  return (request, response, next) => {
    if (!request.path.startsWith('/docs/')) response.setHeader('Cache-Control', 'no-store');
    next();
  };
}
