import { HttpService } from '@nestjs/axios';
import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../../common/clock.js';
import { EventLoopYield } from '../../common/event-loop-yield.js';
import { APP_CONFIG, type AppConfig } from '../../config/app-config.js';
import { TmdbError } from '../tmdb-error.js';
import { parseResponse, type TmdbResponse } from './parse-response.js';
import { readBody, tooLong } from './response-body.js';

export type Parameters = Readonly<Record<string, string | number>>;

/** Ends the timer of a request that has ended. Shared, since creating an error costs a stack trace. */
const ENDED = new Error('The request has ended.');

/** Sends one request to TMDB, without retries. */
@Injectable()
export class TmdbTransport {
  /** Decompressing and parsing a large body each take milliseconds. */
  private readonly eventLoop = new EventLoopYield();
  private readonly timeoutMs: number;
  private readonly headers: Record<string, string>;
  private readonly baseUrl: string;
  private readonly key: Parameters;

  constructor(
    private readonly http: HttpService,
    @Inject(APP_CONFIG) { tmdb }: AppConfig,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    this.timeoutMs = tmdb.timeoutMs;
    const { headers, key } = credentials(tmdb.apiKey);
    this.baseUrl = tmdb.baseUrl;
    this.key = key;
    this.headers = headers;
  }

  /**
   * The JSON of TMDB's response.
   * @throws TmdbError when the request fails, or the signal's reason when that is aborted
   */
  async get(path: string, parameters: Parameters, signal?: AbortSignal): Promise<unknown> {
    const end = new AbortController();
    const cancel = (): void => {
      end.abort(signal?.reason);
    };
    signal?.addEventListener('abort', cancel, { once: true });
    this.clock.sleep(this.timeoutMs, end.signal).then(
      () => {
        end.abort(
          new TmdbError('timeout', `TMDB did not respond within ${this.timeoutMs} ms (TMDB_TIMEOUT_MS).`),
        );
      },
      () => undefined,
    );
    try {
      signal?.throwIfAborted();
      const response = await this.request(path, parameters, end.signal);
      await this.eventLoop.next();
      return parseResponse(response, this.clock.now());
    } finally {
      signal?.removeEventListener('abort', cancel);
      end.abort(ENDED);
    }
  }

  private async request(path: string, parameters: Parameters, signal: AbortSignal): Promise<TmdbResponse> {
    try {
      const { status, headers, data } = await this.http.axiosRef.request<Buffer>({
        url: `${this.baseUrl}${path}?${query({ ...this.key, ...parameters })}`,
        headers: this.headers,
        signal,
      });
      const header = (name: string): string | null => {
        const value: unknown = headers[name];
        return typeof value === 'string' ? value : null;
      };
      await this.eventLoop.next();
      return { status, retryAfter: header('retry-after'), body: readBody(data, header('content-encoding')) };
    } catch (error) {
      signal.throwIfAborted();
      throw error instanceof TmdbError ? error : connectionError(error);
    }
  }
}

/** TMDB accepts a v4 token in a header only, and a v3 key in the query only. */
function credentials(apiKey: string | null): { headers: Record<string, string>; key: Parameters } {
  const headers = { Accept: 'application/json', 'Accept-Encoding': 'gzip', 'User-Agent': 'movie-pipeline' };
  if (apiKey === null) return { headers, key: {} };
  return apiKey.startsWith('eyJ')
    ? { headers: { ...headers, Authorization: `Bearer ${apiKey}` }, key: {} }
    : { headers, key: { api_key: apiKey } };
}

function query(parameters: Parameters): string {
  return Object.entries(parameters)
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    .join('&');
}

const BAD_CERTIFICATE = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ALTNAME/;

/** Copies only the error's code: its message may contain the address, and with it the API key. */
function connectionError(error: unknown): TmdbError {
  const { code = 'unknown', message = '' } = error as { code?: string; message?: string };
  if (code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE') return tooLong();
  const [, proxyStatus] = /^Proxy response \((\d+)\)/.exec(message) ?? [];
  return new TmdbError('connection', connectionFault(code, proxyStatus));
}

function connectionFault(code: string, proxyStatus: string | undefined): string {
  if (proxyStatus !== undefined) {
    return `The proxy in HTTPS_PROXY rejected the connection to TMDB (${proxyStatus}).`;
  }
  if (BAD_CERTIFICATE.test(code)) {
    return `TMDB's certificate cannot be verified (${code}). If a proxy intercepts TLS, set NODE_EXTRA_CA_CERTS to its CA.`;
  }
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return `The host name in TMDB_BASE_URL or HTTPS_PROXY cannot be resolved (${code}).`;
  }
  if (code === 'ECONNREFUSED') return 'Nothing listens at TMDB_BASE_URL or HTTPS_PROXY (ECONNREFUSED).';
  return `The connection to TMDB was lost (${code}).`;
}
