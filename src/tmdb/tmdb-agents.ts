import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { HttpsProxyAgent } from 'https-proxy-agent';
import type { TmdbConfig } from '../config/app-config.js';

export interface TmdbAgents {
  readonly httpAgent: HttpAgent;
  readonly httpsAgent: HttpAgent;
}

/** Connections that stay open between requests, through the proxy where there is one for this host. */
export function tmdbAgents(config: TmdbConfig): TmdbAgents {
  const options = {
    keepAlive: true,
    maxSockets: config.maxConcurrency,
    maxFreeSockets: config.maxConcurrency,
  };
  const direct = config.httpsProxy === null || bypassesProxy(new URL(config.baseUrl).host, config.noProxy);
  return {
    httpAgent: new HttpAgent(options),
    httpsAgent: direct ? new HttpsAgent(options) : new HttpsProxyAgent(config.httpsProxy, options),
  };
}

/** NO_PROXY as curl reads it: hosts or domains with their subdomains, with a port or without, or `*`. */
export function bypassesProxy(host: string, noProxy: string | null): boolean {
  const name = host.replace(/:\d+$/, '').toLowerCase();
  return (noProxy ?? '')
    .toLowerCase()
    .split(/[\s,]+/)
    .map((entry) => entry.replace(/^\*?\./, ''))
    .some(
      (entry) =>
        entry === '*' || entry === host || (entry !== '' && (name === entry || name.endsWith(`.${entry}`))),
    );
}
