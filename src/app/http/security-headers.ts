import type { RequestHandler } from 'express';
import helmet from 'helmet';

/**
 * Only what comes from here, and no script that stands in a page: Swagger UI's own are files. Its styles do stand in
 * the page. Whether there is TLS, and so HSTS and https alone, is for the proxy to say.
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

/** Answers change from one second to the next; the files of Swagger UI don't. */
export function neverStored(): RequestHandler {
  return (request, response, next) => {
    if (!request.path.startsWith('/docs/')) response.setHeader('Cache-Control', 'no-store');
    next();
  };
}
