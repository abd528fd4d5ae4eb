import { HttpService } from '@nestjs/axios';
import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../../common/clock.js';
import { EventLoopYield } from '../../common/event-loop-yield.js';
import { APP_CONFIG, type AppConfig } from '../../config/app-config.js';
import { TmdbError } from '../tmdb-error.js';
import { connectionError } from './connection-error.js';
import { parseResponse, type TmdbResponse } from './parse-response.js';
import { readBody } from './response-body.js';

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
        if (Array.isArray(value)) return value.join(', ');
        return typeof value === 'string' ? value : null;
      };
      await this.eventLoop.next();
      const body = readBody(data, header('content-encoding'));
      return { status, retryAfter: header('retry-after'), date: header('date'), body };
    } catch (error) {
      signal.throwIfAborted();
      throw error instanceof TmdbError ? error : connectionError(error, this.clock.now());
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
