import { type buildConnector, type Dispatcher, EnvHttpProxyAgent, Pool } from 'undici';
import type { TmdbConfig } from '../../config/app-config.js';
import { TmdbError } from '../tmdb-error.js';

/** The part of TMDB_TIMEOUT_MS after which a connection is given up, so that the error names the addresses. */
const CONNECT_SHARE = 0.75;
/** The longest attempt at one of a host's addresses while others are left. Node's default is too short for far links. */
const ATTEMPT_MS = 2_000;

/**
 * Keep-alive connections, through HTTPS_PROXY unless NO_PROXY names the host.
 * @param maxResponseSize bytes; -1: no limit
 */
export function proxyDispatcher(
  { maxConcurrency, timeoutMs, httpsProxy, noProxy }: TmdbConfig,
  maxResponseSize: number,
): Dispatcher {
  const connectMs = timeoutMs * CONNECT_SHARE;
  const connect = {
    timeout: connectMs,
    autoSelectFamily: true,
    autoSelectFamilyAttemptTimeout: Math.min(ATTEMPT_MS, timeoutMs / 2),
  };
  return new EnvHttpProxyAgent({
    ...{ connections: maxConcurrency, connect, proxyTls: connect, requestTls: connect },
    // Without a limit of its own, a CONNECT that the proxy does not answer waits for five minutes.
    clientFactory: (proxy, options) => new Pool(proxy, { ...options, headersTimeout: connectMs }),
    factory: (origin, options) => new Pool(origin, failing(options)),
    headersTimeout: 0,
    bodyTimeout: 0,
    maxResponseSize,
    // undici reads an option that is null from the environment.
    httpProxy: '',
    httpsProxy: httpsProxy ?? '',
    noProxy: noProxy ?? '',
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
