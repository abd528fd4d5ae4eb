import { HttpService } from '@nestjs/axios';
import { Inject, Injectable } from '@nestjs/common';
import type { AxiosRequestConfig } from 'axios';
import { CLOCK, type Clock } from '../common/clock.js';
import { APP_CONFIG, type AppConfig } from '../config/app-config.js';
import { type Answer, readAnswer } from './read-answer.js';
import { TmdbError } from './tmdb-error.js';

export type Parameters = Readonly<Record<string, string | number>>;

/** Details of the largest casts reach 250 KB. */
const LONGEST_BODY = 10 * 1024 * 1024;

/** One request to TMDB, without repeats. */
@Injectable()
export class TmdbTransport {
  private readonly timeoutMs: number;
  private readonly common: AxiosRequestConfig;

  constructor(
    private readonly http: HttpService,
    @Inject(APP_CONFIG) { tmdb }: AppConfig,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    this.timeoutMs = tmdb.timeoutMs;
    this.common = {
      baseURL: tmdb.baseUrl,
      ...credentials(tmdb.apiKey),
      responseType: 'text',
      transformResponse: (body: unknown) => body,
      validateStatus: null,
      maxRedirects: 0,
      maxContentLength: LONGEST_BODY,
      // The agents know the proxy; axios would read the environment once more.
      proxy: false,
    };
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
      return readAnswer(answer, this.clock.now());
    } finally {
      signal?.removeEventListener('abort', cancel);
      end.abort();
    }
  }

  private async request(path: string, parameters: Parameters, signal: AbortSignal): Promise<Answer> {
    try {
      const { status, headers, data } = await this.http.axiosRef.request<string>({
        ...this.common,
        url: path,
        params: { ...(this.common.params as Parameters), ...parameters },
        signal,
      });
      const retryAfter: unknown = headers['retry-after'];
      return { status, retryAfter: typeof retryAfter === 'string' ? retryAfter : null, body: data };
    } catch (error) {
      signal.throwIfAborted();
      throw connectionError(error);
    }
  }
}

/** A v4 token goes into a header; a v3 key TMDB takes in the query only. */
function credentials(apiKey: string | null): Pick<AxiosRequestConfig, 'headers' | 'params'> {
  const headers = { Accept: 'application/json' };
  if (apiKey === null) return { headers, params: {} };
  return apiKey.startsWith('eyJ')
    ? { headers: { ...headers, Authorization: `Bearer ${apiKey}` }, params: {} }
    : { headers, params: { api_key: apiKey } };
}

const BAD_CERTIFICATE = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ALTNAME/;
const BROKEN_COMPRESSION = /^(?:Z_|ERR_BROTLI)/;

/** Only the code is taken over: the error itself carries the whole request, and with it the key. */
function connectionError(error: unknown): TmdbError {
  const { code = 'unknown', message = '' } = error as { code?: string; message?: string };
  if (message.startsWith('maxContentLength')) {
    return new TmdbError('unusable_body', `TMDB's answer is longer than ${LONGEST_BODY / 1024 / 1024} MB.`);
  }
  if (BROKEN_COMPRESSION.test(code))
    return new TmdbError('garbled', `TMDB's answer came half or damaged (${code}).`);
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
