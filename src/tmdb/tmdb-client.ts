import { Inject, Injectable, Logger } from '@nestjs/common';
import { backOffMs } from '../common/back-off.js';
import { CLOCK, type Clock } from '../common/clock.js';
import { RANDOM, type Random } from '../common/random.js';
import { APP_CONFIG, type AppConfig } from '../config/app-config.js';
import { RateLimitRepository } from './rate-limit/rate-limit.repository.js';
import { RateLimiter } from './rate-limit/rate-limiter.js';
import { WaitTracker, type SentRequest } from './wait-tracker.js';
import { DistributedPermits } from './rate-limit/distributed-permits.js';
import type { TmdbCall } from './tmdb-call.js';
import { TmdbError } from './tmdb-error.js';
import { type Parameters, TmdbTransport } from './transport/tmdb-transport.js';
import type { TmdbWait } from './tmdb-wait.js';
import { CircuitBreaker } from './circuit-breaker.js';
import { decodeGenres, type TmdbGenre } from './schema/genres.js';
import { decodeMovie, type TmdbMovie } from './schema/movie.js';
import { decodePage, type TmdbPage } from './schema/page.js';
import { UnusableBodyError } from './schema/unusable-body-error.js';

/** TMDB's own lists of movies. */
export type TmdbList = 'popular' | 'top_rated' | 'upcoming' | 'now_playing';

interface Request<T> {
  readonly path: string;
  readonly parameters: Parameters;
  readonly decode: (body: unknown) => T;
}

/** A request is sent this often at most; 429 does not count. */
const TRIES = 5;
const APPENDED = 'credits,keywords,videos,similar';
const LONGEST_RETRY_AFTER_MS = 60_000;

/**
 * TMDB's API v3, as https://developer.themoviedb.org/reference describes it: paced, repeated where that may help. Every
 * method rejects with a TmdbError, or with the reason of the call's signal once that is aborted.
 */
@Injectable()
export class TmdbClient {
  private readonly logger = new Logger(TmdbClient.name);
  private readonly pacer: RateLimiter;
  private readonly upstream = new CircuitBreaker();
  private readonly waits: WaitTracker;
  private readonly language: string;
  private readonly region: Parameters;

  constructor(
    private readonly transport: TmdbTransport,
    @Inject(APP_CONFIG) { tmdb }: AppConfig,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(RANDOM) private readonly random: Random,
    @Inject(RateLimitRepository) pace: RateLimitRepository | null = null,
  ) {
    const { requestsPerSecond: perSecond, maxConcurrency: concurrency } = tmdb;
    const shared = pace === null ? null : new DistributedPermits(pace, perSecond, clock);
    this.pacer = new RateLimiter({ perSecond, concurrency }, clock, shared);
    this.waits = new WaitTracker(clock);
    this.language = tmdb.language;
    this.region = tmdb.region === null ? {} : { region: tmdb.region };
  }

  /** TMDB has failed lately and has not answered since. */
  get isDown(): boolean {
    return this.upstream.isDown;
  }

  /** What requests wait for at present, on whoever's behalf; null while all goes well. */
  waiting(): TmdbWait | null {
    return this.waits.current(this.pacer.pauseEnd);
  }

  /** One page of a list, from 1 to 500. */
  list(list: TmdbList, page: number, call: TmdbCall): Promise<TmdbPage> {
    const parameters = { language: this.language, ...this.region, page };
    return this.ask({ path: `/movie/${list}`, parameters, decode: decodePage }, call);
  }

  /** One page of the week's trending movies. */
  trending(page: number, call: TmdbCall): Promise<TmdbPage> {
    const parameters = { language: this.language, page };
    return this.ask({ path: '/trending/movie/week', parameters, decode: decodePage }, call);
  }

  genres(call: TmdbCall): Promise<TmdbGenre[]> {
    const parameters = { language: this.language };
    return this.ask({ path: '/genre/movie/list', parameters, decode: decodeGenres }, call);
  }

  /** A movie's details with credits, keywords, videos and similar movies. */
  movie(id: number, call: TmdbCall): Promise<TmdbMovie> {
    const spoken = new Set([this.language.slice(0, 2), 'en', 'null']);
    const parameters = {
      language: this.language,
      append_to_response: APPENDED,
      include_video_language: [...spoken].join(','),
    };
    const decode = (body: unknown): TmdbMovie => {
      const movie = decodeMovie(body);
      if (movie.id !== id) throw new UnusableBodyError(`the answer is about movie ${movie.id}`);
      return movie;
    };
    return this.ask({ path: `/movie/${id}`, parameters, decode }, call);
  }

  /** Resolves when TMDB takes the key. */
  checkKey(call: TmdbCall): Promise<void> {
    return this.ask({ path: '/authentication', parameters: {}, decode: () => undefined }, call);
  }

  private async ask<T>(request: Request<T>, call: TmdbCall): Promise<T> {
    for (let failures = 0; ;) {
      const sent = { atMs: 0 };
      try {
        const body = await this.send(request, call, sent);
        this.answered();
        return decoded(request, body);
      } catch (error) {
        call.signal?.throwIfAborted();
        if (!(error instanceof TmdbError)) throw error;
        if (error.kind === 'rate_limited') {
          this.pause(error, sent.atMs, call);
        } else {
          failures += 1;
          if (!error.retryable) this.answered();
          if (!error.retryable || failures === TRIES)
            throw error.retryable ? this.upstream.failed(error) : error;
          await this.waits.untilTriedAgain(error, () => this.backOff(request, error, failures, call));
        }
        if (call.tally !== undefined) call.tally.retries += 1;
      }
    }
  }

  private answered(): void {
    this.upstream.answered();
    this.waits.answered();
  }

  private async send(request: Request<unknown>, call: TmdbCall, sent: SentRequest): Promise<unknown> {
    const leave = await this.pacer.enter(call.signal);
    try {
      sent.atMs = this.clock.monotonicMs();
      this.waits.began(sent);
      if (call.tally !== undefined) call.tally.requests += 1;
      return await this.transport.get(request.path, request.parameters, call.signal);
    } finally {
      this.waits.ended(sent);
      leave();
    }
  }

  private pause(error: TmdbError, sentAtMs: number, { tally }: TmdbCall): void {
    if (tally !== undefined) tally.rateLimited += 1;
    const added = this.pacer.pause(this.upstream.refused(error, sentAtMs, this.clock.monotonicMs()));
    if (tally !== undefined) tally.waitedMs += added;
    if (added > 0) this.logger.warn({ event: 'tmdb.paused', ms: Math.round(added) });
  }

  private async backOff(
    request: Request<unknown>,
    error: TmdbError,
    failures: number,
    { tally, signal }: TmdbCall,
  ): Promise<void> {
    const asked = Math.min(error.retryAfterMs ?? 0, LONGEST_RETRY_AFTER_MS);
    const ms = Math.max(backOffMs(failures, this.random), asked);
    this.logger.debug({
      event: 'tmdb.retry',
      path: request.path,
      kind: error.kind,
      failures,
      ms: Math.round(ms),
    });
    if (tally !== undefined) tally.waitedMs += ms;
    await this.clock.sleep(ms, signal);
  }
}

function decoded<T>({ decode }: Request<T>, body: unknown): T {
  try {
    return decode(body);
  } catch (error) {
    if (!(error instanceof UnusableBodyError)) throw error;
    throw new TmdbError('unusable_body', `TMDB's answer can't be used: ${error.message}.`, { status: 200 });
  }
}
