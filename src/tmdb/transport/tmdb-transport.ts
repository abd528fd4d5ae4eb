import { HttpService } from '@nestjs/axios';
import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../../common/clock.js';
import { EventLoopYield } from '../../common/event-loop-yield.js';
import { APP_CONFIG, type AppConfig } from '../../config/app-config.js';
import { readBody, tooLong } from './response-body.js';
import { type TmdbResponse, parseResponse } from './parse-response.js';
import { TmdbError } from '../tmdb-error.js';

export type Parameters = Readonly<Record<string, string | number>>;

/** Ends what waits on an answer that has come. A reason that is there costs no stack trace, as one made anew would. */
const ANSWERED = new Error('The answer has come.');

/** One request to TMDB, without repeats. */
@Injectable()
export class TmdbTransport {
  /** A large body takes milliseconds to undo, and as long to read. */
  private readonly turns = new EventLoopYield();
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
   * The JSON that TMDB answers with.
   * @throws TmdbError when that can't be had, or the signal's reason once it is aborted
   */
  async get(path: string, parameters: Parameters, signal?: AbortSignal): Promise<unknown> {
    const end = new AbortController();
    const cancel = (): void => {
      end.abort(signal?.reason);
    };
    signal?.addEventListener('abort', cancel, { once: true });
    this.clock.sleep(this.timeoutMs, end.signal).then(
      () => {
        end.abort(new TmdbError('timeout', `TMDB took longer than ${this.timeoutMs} ms (TMDB_TIMEOUT_MS).`));
      },
      () => undefined,
    );
    try {
      signal?.throwIfAborted();
      const answer = await this.request(path, parameters, end.signal);
      await this.turns.next();
      return parseResponse(answer, this.clock.now());
    } finally {
      signal?.removeEventListener('abort', cancel);
      end.abort(ANSWERED);
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
      await this.turns.next();
      return { status, retryAfter: header('retry-after'), body: readBody(data, header('content-encoding')) };
    } catch (error) {
      signal.throwIfAborted();
      throw error instanceof TmdbError ? error : connectionError(error);
    }
  }
}

/** A v4 token goes into a header; a v3 key TMDB takes in the query only. */
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

/** Only the code is taken over: what else an error carries may name the address, and with it the key. */
function connectionError(error: unknown): TmdbError {
  const { code = 'unknown', message = '' } = error as { code?: string; message?: string };
  if (code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE') return tooLong();
  const [, refusal] = /^Proxy response \((\d+)\)/.exec(message) ?? [];
  if (refusal !== undefined) {
    return new TmdbError('connection', `The proxy in HTTPS_PROXY does not let TMDB be reached (${refusal}).`);
  }
  if (BAD_CERTIFICATE.test(code)) {
    return new TmdbError(
      'connection',
      `TMDB's certificate can't be verified (${code}). If a proxy opens TLS, name its CA in NODE_EXTRA_CA_CERTS.`,
    );
  }
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return new TmdbError(
      'connection',
      `The host in TMDB_BASE_URL or HTTPS_PROXY can't be looked up (${code}).`,
    );
  }
  if (code === 'ECONNREFUSED') {
    return new TmdbError('connection', 'Nothing listens at TMDB_BASE_URL or HTTPS_PROXY (ECONNREFUSED).');
  }
  return new TmdbError('connection', `The connection to TMDB broke off (${code}).`);
}
