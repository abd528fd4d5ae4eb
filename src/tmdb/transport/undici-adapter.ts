import type { AxiosAdapter } from 'axios';
import { request } from 'undici';
import type { TmdbConfig } from '../../config/app-config.js';
import { proxyDispatcher } from './proxy-dispatcher.js';
import { MAX_BODY_LENGTH } from './response-body.js';

/**
 * Sends axios's requests over undici's keep-alive connections, through HTTPS_PROXY unless NO_PROXY names the host.
 * Returns the body as the bytes that were sent, for every status. Does not follow redirects. Rejects with the signal's
 * reason as soon as that is aborted; only the signal ends a request that takes too long.
 */
export function undiciAdapter(tmdb: TmdbConfig): AxiosAdapter {
  const dispatcher = proxyDispatcher(tmdb, MAX_BODY_LENGTH);
  return async (config) => {
    const signal = config.signal as AbortSignal;
    const { statusCode, headers, data } = await orAborted(signal, async () => {
      const { body, ...response } = await request(config.url ?? '', {
        dispatcher,
        headers: config.headers.toJSON() as Record<string, string>,
        signal,
      });
      return { ...response, data: Buffer.from(await body.arrayBuffer()) };
    });
    return { status: statusCode, statusText: '', headers: headers as Record<string, string>, config, data };
  };
}

/** undici obeys the signal only once it is connected. */
function orAborted<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      reject(signal.reason as Error);
    };
    signal.addEventListener('abort', onAbort, { once: true });
    work().then(resolve, reject);
  });
}
