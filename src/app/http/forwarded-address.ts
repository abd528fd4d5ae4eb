import { isIP } from 'node:net';
import { Logger } from '@nestjs/common';
import type { Request, RequestHandler } from 'express';

const FORWARDING_HEADERS = ['x-forwarded-for', 'forwarded', 'x-real-ip'];

/**
 * Removes ports from the addresses of `X-Forwarded-For`, which some proxies add and Express does not expect. Warns once
 * when a header comes from a proxy that is not trusted: all its clients then count as one.
 */
export function forwardedAddress(): RequestHandler {
  const logger = new Logger('Http');
  let hasWarned = false;
  return (request, _, next) => {
    const { headers } = request;
    if (!hasWarned && FORWARDING_HEADERS.some((name) => headers[name] !== undefined) && !isTrusted(request)) {
      hasWarned = true;
      logger.warn({
        event: 'http.untrusted_proxy',
        peer: request.socket.remoteAddress,
        todo: 'A proxy that TRUST_PROXY does not name forwards requests. All its clients share one login limit. Set TRUST_PROXY.',
      });
    }
    const forwarded = headers['x-forwarded-for'];
    if (typeof forwarded === 'string') {
      headers['x-forwarded-for'] = forwarded.split(',').map(withoutPort).join(', ');
    }
    next();
  };
}

function isTrusted(request: Request): boolean {
  const isTrustedProxy = request.app.get('trust proxy fn') as (address: string, hop: number) => boolean;
  return isTrustedProxy(request.socket.remoteAddress ?? '', 0);
}

/** `192.0.2.1:443`, `[2001:db8::1]:443` and `"[2001:db8::1]"` as addresses; other text unchanged. */
function withoutPort(entry: string): string {
  const text = entry.trim().replace(/^"|"$/g, '');
  if (isIP(text) !== 0) return text;
  const [, v6, v4] = /^(?:\[([\da-f:.%\w]{1,60})\]|([\d.]{7,15}))(?::\w{1,16})?$/i.exec(text) ?? [];
  return v6 ?? v4 ?? text;
}
