import { BadRequestException, HttpException } from '@nestjs/common';
import type { RequestHandler } from 'express';
import { isLoopbackHost } from '../../common/private-address.js';
import type { HttpConfig } from '../../config/app-config.js';

/**
 * Refuses requests whose `Host` is not a name of this service. A page of another site can make its own name resolve to
 * this address (DNS rebinding); its requests then look like those of a page of this service, but carry that name.
 */
export function allowedHosts({ host, allowedHosts: allowed }: HttpConfig): RequestHandler {
  const isAllowed = (name: string): boolean =>
    (allowed === null && !isLoopbackHost(host)) ||
    [...(allowed ?? []), host].some((known) => nameOf(known) === name) ||
    (isLoopbackHost(name) && isLoopbackHost(host));
  return (request, _, next) => {
    const hosts = request.rawHeaders.filter(
      (text, index) => index % 2 === 0 && text.toLowerCase() === 'host',
    );
    if (hosts.length > 1) throw new BadRequestException('The request has more than one Host header.');
    const given = request.headers.host;
    // HTTP/1.0 has no Host, and no browser uses it.
    if (given !== undefined && !isAllowed(nameOf(given.replace(/:\d*$/, '')))) {
      throw new HttpException(
        'The Host header names another service. If this one is reachable under that name, add it to ALLOWED_HOSTS.',
        421,
      );
    }
    next();
  };
}

function nameOf(host: string): string {
  return host.toLowerCase().replace(/^\[|\]$|\.$/g, '');
}
