import { Inject, Injectable, Logger } from '@nestjs/common';
import { backOffMs } from '../common/back-off.js';
import { CLOCK, type Clock } from '../common/clock.js';
import { tmdbRequests, tmdbWaits } from '../common/measurement.js';
import { RANDOM, type Random } from '../common/random.js';
import { APP_CONFIG, type AppConfig } from '../config/app-config.js';
import { AvailabilityTracker } from './availability-tracker.js';
import { DistributedPermits } from './rate-limit/distributed-permits.js';
import { RateLimitRepository } from './rate-limit/rate-limit.repository.js';
import { RateLimiter } from './rate-limit/rate-limiter.js';
import { decodeChanges, type TmdbChangesPage } from './schema/changes.js';
import { decodeGenres, type TmdbGenre } from './schema/genres.js';
import type { DetailsScope } from './schema/localized-parts.js';
import { decodeMovie, type TmdbMovie } from './schema/movie.js';
import { decodePage, type TmdbPage } from './schema/page.js';
import { UnusableBodyError } from './schema/unusable-body-error.js';
import type { TmdbCall } from './tmdb-call.js';
import { TmdbError } from './tmdb-error.js';
import type { TmdbWait } from './tmdb-wait.js';
import { type Parameters, TmdbTransport } from './transport/tmdb-transport.js';
import { type SentRequest, WaitTracker } from './wait-tracker.js';

/** TMDB's own lists of movies. */
export type TmdbList = 'popular' | 'top_rated' | 'upcoming' | 'now_playing';

interface Request<T> {
  readonly path: string;
  readonly parameters: Parameters;
  readonly decode: (body: unknown) => T;
}

/** Includes the first. A 429 does not count as an attempt. */
const MAX_ATTEMPTS = 5;
const APPENDED = 'credits,keywords,videos,similar,alternative_titles,release_dates';
const MAX_RETRY_AFTER_MS = 60_000;

/**
 * TMDB's API v3 (https://developer.themoviedb.org/reference), rate limited and retried. Every method rejects with a
 * TmdbError, or with the reason of the call's signal when that is aborted.
 */
@Injectable()
export class TmdbClient {
  private readonly logger = new Logger(TmdbClient.name);
  private readonly rateLimiter: RateLimiter;
  private readonly availability = new AvailabilityTracker();
  private readonly waits: WaitTracker;
  private readonly language: string;
  private readonly region: Parameters;
  private readonly scope: DetailsScope;

  constructor(
    private readonly transport: TmdbTransport,
    @Inject(APP_CONFIG) { tmdb }: AppConfig,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(RANDOM) private readonly random: Random,
    @Inject(RateLimitRepository) repository: RateLimitRepository | null = null,
  ) {
    const { requestsPerSecond: perSecond, maxConcurrency: concurrency } = tmdb;
    const permits =
      repository === null ? null : new DistributedPermits(repository, perSecond, clock, this.random);
    this.rateLimiter = new RateLimiter({ perSecond, concurrency }, clock, permits);
    this.waits = new WaitTracker(clock);
    this.language = tmdb.language;
    this.region = tmdb.region === null ? {} : { region: tmdb.region };
    this.scope = {
      regions: new Set([tmdb.certificationRegion, ...tmdb.releaseRegions]),
      languages: new Set(tmdb.translationLanguages),
    };
  }

  /** Whether TMDB was found unavailable and has not responded since. */
  get isDown(): boolean {
    return this.availability.isDown;
  }

  /** What any request of this process waits for; null while TMDB responds normally. */
  waiting(): TmdbWait | null {
    return this.waits.current(this.rateLimiter.pauseEnd);
  }

  /** One page of a list, from 1 to 500. */
  list(list: TmdbList, page: number, call: TmdbCall): Promise<TmdbPage> {
    const parameters = { language: this.language, ...this.region, page };
    return this.page(`/movie/${list}`, parameters, call);
  }

  /** One page of the week's trending movies. */
  trending(page: number, call: TmdbCall): Promise<TmdbPage> {
    const parameters = { language: this.language, page };
    return this.page('/trending/movie/week', parameters, call);
  }

  /** The genres with their names, in English where TMDB has none in the configured language. */
  async genres(call: TmdbCall): Promise<TmdbGenre[]> {
    const genres = await this.genreList(this.language, call);
    if (genres.every(({ name }) => name !== null)) return genres;
    const english = new Map((await this.genreList('en-US', call)).map(({ id, name }) => [id, name]));
    return genres.map(({ id, name }) => ({ id, name: name ?? english.get(id) ?? null }));
  }

  /** A movie's details with the appended parts, in one request. Translations double the body, so they are optional. */
  movie(id: number, call: TmdbCall): Promise<TmdbMovie> {
    const videoLanguages = new Set([this.language.slice(0, 2), 'en', 'null']);
    const parameters = {
      language: this.language,
      append_to_response: this.scope.languages.size > 0 ? `${APPENDED},translations` : APPENDED,
      include_video_language: [...videoLanguages].join(','),
    };
    const decode = (body: unknown): TmdbMovie => {
      const movie = decodeMovie(body, this.scope);
      if (movie.id !== id) throw new UnusableBodyError('it describes another movie');
      return movie;
    };
    return this.fetch({ path: `/movie/${id}`, parameters, decode }, call);
  }

  /**
   * One page, from 1 to 500, of the movies that changed on a day (UTC). TMDB does not document whether the range includes
   * its end: it may cover the next day too.
   * @param day `YYYY-MM-DD`
   */
  changes(day: string, page: number, call: TmdbCall): Promise<TmdbChangesPage> {
    const parameters = { start_date: day, end_date: dayAfter(day), page };
    const decode = (body: unknown): TmdbChangesPage => decodeChanges(body, page);
    return this.fetch({ path: '/movie/changes', parameters, decode }, call);
  }

  /** Resolves when TMDB accepts the API key. */
  checkKey(call: TmdbCall): Promise<void> {
    return this.fetch({ path: '/authentication', parameters: {}, decode: () => undefined }, call);
  }

  private page(path: string, parameters: Parameters & { page: number }, call: TmdbCall): Promise<TmdbPage> {
    const decode = (body: unknown): TmdbPage => decodePage(body, parameters.page);
    return this.fetch({ path, parameters, decode }, call);
  }

  private genreList(language: string, call: TmdbCall): Promise<TmdbGenre[]> {
    return this.fetch({ path: '/genre/movie/list', parameters: { language }, decode: decodeGenres }, call);
  }

  private async fetch<T>(request: Request<T>, call: TmdbCall): Promise<T> {
    for (let failures = 0; ;) {
      const sent = { atMs: 0 };
      try {
        const body = await this.send(request, call, sent);
        this.recordResponse();
        return decoded(request, body);
      } catch (error) {
        call.signal?.throwIfAborted();
        if (!(error instanceof TmdbError)) throw error;
        if (error.kind === 'rate_limited') {
          this.pause(error, sent.atMs, call);
        } else {
          failures += 1;
          await this.retryOrThrow(request, error, failures, call);
        }
        if (call.counters !== undefined) call.counters.retries += 1;
      }
    }
  }

  private async send(request: Request<unknown>, call: TmdbCall, sent: SentRequest): Promise<unknown> {
    const askedAtMs = this.clock.monotonicMs();
    const release = await this.rateLimiter.acquire(call.signal);
    let outcome = 'aborted';
    try {
      sent.atMs = this.clock.monotonicMs();
      tmdbWaits.publish({ reason: 'rate_limit', seconds: (sent.atMs - askedAtMs) / 1_000 });
      this.waits.requestSent(sent);
      if (call.counters !== undefined) call.counters.requests += 1;
      call.onSend?.();
      const body = await this.transport.get(request.path, request.parameters, call.signal);
      outcome = 'ok';
      return body;
    } catch (error) {
      if (error instanceof TmdbError) outcome = error.kind;
      throw error;
    } finally {
      this.waits.requestEnded(sent);
      release();
      tmdbRequests.publish({ outcome, seconds: (this.clock.monotonicMs() - sent.atMs) / 1_000 });
    }
  }

  private recordResponse(): void {
    this.availability.recordResponse();
    this.waits.responseReceived();
  }

  private pause(error: TmdbError, sentAtMs: number, { counters }: TmdbCall): void {
    if (counters !== undefined) counters.rateLimited += 1;
    const pauseMs = this.availability.recordRateLimit(error, sentAtMs, this.clock.monotonicMs());
    const addedMs = this.rateLimiter.pause(pauseMs);
    if (counters !== undefined) counters.waitedMs += addedMs;
    tmdbWaits.publish({ reason: 'pause', seconds: addedMs / 1_000 });
    if (addedMs > 0) this.logger.warn({ event: 'tmdb.paused', ms: Math.round(addedMs) });
  }

  /** Resolves after the back-off; throws when a retry cannot help or none is left. */
  private async retryOrThrow(
    request: Request<unknown>,
    error: TmdbError,
    failures: number,
    call: TmdbCall,
  ): Promise<void> {
    if (error.kind === 'blocked') throw this.availability.recordBlock(error);
    if (!error.retryable) {
      this.recordResponse();
      throw error;
    }
    if (failures === MAX_ATTEMPTS) throw this.availability.recordFailure(error);
    await this.waits.duringBackOff(error, () => this.backOff(request, error, failures, call));
  }

  private async backOff(
    { path }: Request<unknown>,
    { kind, retryAfterMs }: TmdbError,
    failures: number,
    { counters, signal }: TmdbCall,
  ): Promise<void> {
    const ms = Math.max(backOffMs(failures, this.random), Math.min(retryAfterMs ?? 0, MAX_RETRY_AFTER_MS));
    this.logger.debug({ event: 'tmdb.request_failed', path, kind, failures, ms: Math.round(ms) });
    if (counters !== undefined) counters.waitedMs += ms;
    tmdbWaits.publish({ reason: 'retry', seconds: ms / 1_000 });
    await this.clock.sleep(ms, signal);
  }
}

function dayAfter(day: string): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10);
}

function decoded<T>({ decode }: Request<T>, body: unknown): T {
  try {
    return decode(body);
  } catch (error) {
    if (!(error instanceof UnusableBodyError)) throw error;
    throw new TmdbError('unusable_body', `TMDB's response cannot be used: ${error.message}.`, {
      status: 200,
    });
  }
}
