import type { AxiosAdapter } from 'axios';
import { EnvHttpProxyAgent, request } from 'undici';
import type { TmdbConfig } from '../../config/app-config.js';
import { LONGEST_BODY } from './response-body.js';

/**
 * How axios sends: over connections of undici that stay open, through HTTPS_PROXY where the host is not in NO_PROXY.
 * A body comes as bytes, as it was sent, whatever the status; a redirect is not followed. Time runs out by the signal
 * alone.
 */
export function undiciAdapter({ maxConcurrency, timeoutMs, httpsProxy, noProxy }: TmdbConfig): AxiosAdapter {
  const dispatcher = new EnvHttpProxyAgent({
    connections: maxConcurrency,
    connect: { timeout: timeoutMs },
    headersTimeout: 0,
    bodyTimeout: 0,
    maxResponseSize: LONGEST_BODY,
    // What is null, undici would look for in the environment.
    httpProxy: '',
    httpsProxy: httpsProxy ?? '',
    noProxy: noProxy ?? '',
  });
  return async (config) => {
    const { statusCode, headers, body } = await request(config.url ?? '', {
      dispatcher,
      headers: config.headers.toJSON() as Record<string, string>,
      signal: config.signal as AbortSignal,
    });
    const data = Buffer.from(await body.arrayBuffer());
    return { status: statusCode, statusText: '', headers: headers as Record<string, string>, config, data };
  };
}
