import type { AxiosAdapter } from 'axios';
import { EnvHttpProxyAgent, request } from 'undici';
import type { TmdbConfig } from '../../config/app-config.js';
import { MAX_BODY_LENGTH } from './response-body.js';

/**
 * Sends axios's requests over undici's keep-alive connections, through HTTPS_PROXY unless NO_PROXY names the host.
 * Returns the body as the bytes that were sent, for every status. Does not follow redirects. Only the signal ends a
 * request that takes too long.
 */
export function undiciAdapter({ maxConcurrency, timeoutMs, httpsProxy, noProxy }: TmdbConfig): AxiosAdapter {
  const dispatcher = new EnvHttpProxyAgent({
    connections: maxConcurrency,
    connect: { timeout: timeoutMs },
    headersTimeout: 0,
    bodyTimeout: 0,
    maxResponseSize: MAX_BODY_LENGTH,
    // undici reads an option that is null from the environment.
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
