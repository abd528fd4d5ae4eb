import type { Request } from 'express';

export const FOREIGN_PAGE =
  'A page of another origin may not log in. To allow it, add its origin to CORS_ORIGINS.';

/**
 * Whether a request comes from a page of this service, from one that CORS_ORIGINS allows, or from no page. Browsers send
 * `Sec-Fetch-Site` to https and loopback, and `Origin` with every POST to another origin; a page can forge neither.
 */
export function isFromOwnPage(request: Request, corsOrigins: readonly string[]): boolean {
  const { origin, 'sec-fetch-site': site } = request.headers;
  if (origin !== undefined && (corsOrigins.includes(origin) || corsOrigins.includes('*'))) return true;
  if (site !== undefined) return site === 'same-origin' || site === 'none';
  if (origin === undefined) return true;
  // Behind a trusted proxy, `host` is that of X-Forwarded-Host.
  return URL.canParse(origin) && new URL(origin).host === (request.host as string | undefined)?.toLowerCase();
}
