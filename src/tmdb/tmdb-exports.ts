import type { Readable } from 'node:stream';
import { Inject, Injectable } from '@nestjs/common';
import { type Dispatcher, request } from 'undici';
import { APP_CONFIG, type AppConfig } from '../config/app-config.js';
import { proxyDispatcher } from './transport/proxy-dispatcher.js';

/** A daily id export: gzip of one JSON object per line. */
export interface IdExport {
  readonly body: Readable;
  /** Null where the server does not say. */
  readonly lastModified: Date | null;
}

/** An export could not be fetched. The message names the fault and the next step. */
export class ExportFetchError extends Error {
  override readonly name = 'ExportFetchError';

  /** @param retryable whether the same request may succeed later */
  constructor(
    fault: string,
    readonly retryable: boolean,
  ) {
    super(`${fault}. Check TMDB_EXPORT_URL and the network`);
  }
}

const NO_LIMIT = -1;
/** The store answers 403 where there is no file. */
const NOT_PUBLISHED = [403, 404];

/** TMDB's daily id exports, which are files of another host than the API: they need no key and have no rate limit. */
@Injectable()
export class TmdbExports {
  private readonly url: string;
  private readonly timeoutMs: number;
  private readonly dispatcher: Dispatcher;

  constructor(@Inject(APP_CONFIG) { tmdb, catalogue }: AppConfig) {
    this.url = catalogue.exportUrl;
    this.timeoutMs = tmdb.timeoutMs;
    this.dispatcher = proxyDispatcher(tmdb, NO_LIMIT);
  }

  /**
   * The export of a day; null when it is not published. The body rejects when the connection is lost.
   * @param day an ISO date
   * @throws ExportFetchError, or the signal's reason when that is aborted
   */
  async open(kind: 'movies' | 'adult', day: string, signal: AbortSignal): Promise<IdExport | null> {
    const [year, month, date] = day.split('-');
    const name = `${kind === 'adult' ? 'adult_' : ''}movie_ids_${month}_${date}_${year}.json.gz`;
    const { statusCode, headers, body } = await this.request(`${this.url}/${name}`, signal);
    // Whoever reads the body gets the error, too; until then a lost connection must not end the process.
    body.on('error', ignore);
    if (statusCode === 200) return { body, lastModified: dateOf(headers['last-modified']) };
    body.destroy();
    if (NOT_PUBLISHED.includes(statusCode)) return null;
    const isRetryable = statusCode >= 500 || statusCode === 429;
    throw new ExportFetchError(`the server responded with status ${statusCode}`, isRetryable);
  }

  private async request(url: string, signal: AbortSignal): Promise<Dispatcher.ResponseData> {
    const { dispatcher, timeoutMs } = this;
    try {
      return await request(url, { dispatcher, signal, headersTimeout: timeoutMs, bodyTimeout: timeoutMs });
    } catch (error) {
      signal.throwIfAborted();
      const { code = 'unknown' } = error as NodeJS.ErrnoException;
      throw new ExportFetchError(`the connection failed (${code})`, true);
    }
  }
}

function ignore(): void {
  // See its caller.
}

function dateOf(header: string | string[] | undefined): Date | null {
  const time = typeof header === 'string' ? Date.parse(header) : NaN;
  return Number.isNaN(time) ? null : new Date(time);
}
