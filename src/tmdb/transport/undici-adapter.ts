import type { AxiosAdapter } from 'axios';
import { type buildConnector, EnvHttpProxyAgent, Pool, request } from 'undici';
import type { TmdbConfig } from '../../config/app-config.js';
import { TmdbError } from '../tmdb-error.js';
import { MAX_BODY_LENGTH } from './response-body.js';

/** The part of TMDB_TIMEOUT_MS after which a connection is given up, so that the error names the addresses. */
const CONNECT_SHARE = 0.75;
/** The longest attempt at one of a host's addresses while others are left. Node's default is too short for far links. */
const ATTEMPT_MS = 2_000;

/**
 * Sends axios's requests over undici's keep-alive connections, through HTTPS_PROXY unless NO_PROXY names the host.
 * Returns the body as the bytes that were sent, for every status. Does not follow redirects. Rejects with the signal's
 * reason as soon as that is aborted; only the signal ends a request that takes too long.
 */
export function undiciAdapter({ maxConcurrency, timeoutMs, httpsProxy, noProxy }: TmdbConfig): AxiosAdapter {
  const connectMs = timeoutMs * CONNECT_SHARE;
  const connect = {
    timeout: connectMs,
    autoSelectFamily: true,
    autoSelectFamilyAttemptTimeout: Math.min(ATTEMPT_MS, timeoutMs / 2),
  };
  const dispatcher = new EnvHttpProxyAgent({
    ...{ connections: maxConcurrency, connect, proxyTls: connect, requestTls: connect },
    // Without a limit of its own, a CONNECT that the proxy does not answer waits for five minutes.
    clientFactory: (proxy, options) => new Pool(proxy, { ...options, headersTimeout: connectMs }),
    factory: (origin, options) => new Pool(origin, failing(options)),
    headersTimeout: 0,
    bodyTimeout: 0,
    maxResponseSize: MAX_BODY_LENGTH,
    // undici reads an option that is null from the environment.
    httpProxy: '',
    httpsProxy: httpsProxy ?? '',
    noProxy: noProxy ?? '',
  });
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

/** undici does not fail a request whose tunnel the proxy closes: it connects again, at once and without end. */
function failing(options: Pool.Options): Pool.Options {
  const { connect } = options;
  if (typeof connect !== 'function') return options;
  const connectOrFail: buildConnector.connector = (to, callback) => {
    connect(to, (...result: Parameters<buildConnector.Callback>) => {
      const [error] = result;
      if (error === null || !isRepeated(error)) callback(...result);
      else callback(new TmdbError('connection', 'The proxy in HTTPS_PROXY closed the connection.'), null);
    });
  };
  return { ...options, connect: connectOrFail };
}

/** See `onError` in undici's client.js. */
function isRepeated({ code = '' }: NodeJS.ErrnoException): boolean {
  return code === 'UND_ERR_SOCKET' || code === 'UND_ERR_INFO';
}
