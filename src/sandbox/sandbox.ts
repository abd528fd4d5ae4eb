import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { administer } from './administration.js';
import { type Counters, type Endpoint, LastSecond, RequestCounter } from './counters.js';
import { type PublishedExports, requestedExport, sendExport } from './exports.js';
import { FeedCache } from './feed-cache.js';
import { FaultDice, type Faults, sendFaulty } from './faults.js';
import { type Catalogue, idOf, isoDay } from './movies.js';
import { Dice } from './random.js';
import { ResponseCache } from './response-cache.js';
import {
  acceptsGzip,
  encode,
  type Encoded,
  INVALID_KEY,
  type JsonResponse,
  sendEncoded,
} from './responses.js';
import { routeOf } from './routes.js';
import { type Rates, Timeline } from './timeline.js';

export interface SandboxOptions {
  /** Number of movies. Each is computed from the seed, so that millions take no memory. */
  readonly movies?: number;
  /** Number of adult movies, beside the others. Default: a ninth of `movies`, as at TMDB. */
  readonly adultMovies?: number;
  readonly seed?: number;
  readonly port?: number;
  /** Requests accepted within any one second; further ones get a 429. Null: no limit. */
  readonly rateLimit?: number | null;
  /** Delay of each response; a random part of `jitterMs` is added. */
  readonly latencyMs?: number;
  readonly jitterMs?: number;
  /** The only API key that is accepted; null: any with the form of one. */
  readonly apiKey?: string | null;
  readonly faults?: Partial<Faults>;
  /** People in each cast and in each crew. Default: as many as in TMDB's movies. */
  readonly people?: number;
  /** Caches each response. Movies removed or restored later do not change a cached response. */
  readonly keepAnswers?: boolean;
  /** The day to which release dates are relative. Default: the present day. */
  readonly today?: Date;
}

const KEY = /^[0-9a-f]{32}$/i;
const TOKEN = /^Bearer eyJ[\w-]+\.[\w-]+\.[\w-]+$/;

/** A stand-in for TMDB with made-up movies, on loopback, with configurable delays and faults. */
export class Sandbox {
  private readonly counter = new RequestCounter();
  private readonly accepted = new LastSecond(() => performance.now());
  private readonly faults: FaultDice;
  private readonly dice: Dice;
  private readonly feedCache = new FeedCache();
  private readonly broken = new Set<string>();
  private readonly cache: ResponseCache | null;
  private keyRevoked = false;
  private exports: PublishedExports;

  private constructor(
    private readonly server: Server,
    private readonly catalogue: Catalogue,
    /** What happens to the movies. */
    readonly timeline: Timeline,
    private readonly options: SandboxOptions,
  ) {
    this.faults = new FaultDice(catalogue.seed);
    this.faults.set(options.faults ?? {});
    this.dice = new Dice(catalogue.seed, 98);
    this.exports = { lastDay: isoDay(catalogue.today), fault: null };
    this.cache = options.keepAnswers === true ? new ResponseCache() : null;
    server.on('connection', () => {
      this.counter.connectionOpened();
    });
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      // Serving fails only when the client closes the connection.
      this.serve(request, response).catch(() => response.destroy());
    });
  }

  static async start(options: SandboxOptions = {}): Promise<Sandbox> {
    const { seed = 1, movies = 10_000, people = null } = options;
    const { adultMovies = Math.floor(movies / 9), today = new Date() } = options;
    const timeline = new Timeline();
    const { revisions, adults } = timeline;
    const catalogue = { seed, movies, adultMovies, people, today, revisions, adults };
    const server = createServer({ keepAliveTimeout: 60_000 });
    const sandbox = new Sandbox(server, catalogue, timeline, options);
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject).listen(options.port ?? 0, '127.0.0.1', resolve);
    });
    return sandbox;
  }

  /** The value for TMDB_BASE_URL. */
  get url(): string {
    return `${this.origin}/3`;
  }

  /** The value for TMDB_EXPORT_URL. */
  get exportUrl(): string {
    return `${this.origin}/p/exports`;
  }

  counters(): Counters {
    return this.counter.snapshot();
  }

  /** Sets the counters to zero. */
  reset(): void {
    this.counter.reset();
  }

  /** Replaces all shares; a fault that is not given has none. */
  setFaults(faults: Partial<Faults>): void {
    this.faults.set(faults);
  }

  /** From now on the details of these ids are not found, although lists may still name them. */
  remove(...ids: number[]): void {
    for (const id of ids) this.timeline.removed.add(id);
  }

  restore(...ids: number[]): void {
    for (const id of ids) this.timeline.removed.delete(id);
  }

  /** Lets everything happen up to a time, at these rates. The sandbox's time stands still between the calls. */
  advanceTo(time: Date, rates?: Partial<Rates>): void {
    if (rates !== undefined) this.timeline.setRates(rates);
    this.timeline.advanceTo(time, this.catalogue);
  }

  /** From now on requests for a path (`/movie/popular`) or for one page of it (`/movie/popular?page=2`) fail with 500. */
  breakDown(...paths: string[]): void {
    for (const path of paths) this.broken.add(path);
  }

  /** Which daily exports there are. Default: today's and those before, all valid. */
  publishExports(exports: Partial<PublishedExports>): void {
    this.exports = { ...this.exports, ...exports };
  }

  repair(...paths: string[]): void {
    for (const path of paths) this.broken.delete(path);
  }

  revokeKey(): void {
    this.keyRevoked = true;
  }

  allowKey(): void {
    this.keyRevoked = false;
  }

  /** Ids in the order of popularity, from a rank on. */
  movieIds(from: number, count: number): number[] {
    return Array.from({ length: count }, (_, place) => idOf(this.catalogue, from + place));
  }

  /** Closes all connections, those of hung responses included. */
  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private get origin(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://sandbox');
    if (url.pathname.startsWith('/sandbox/')) {
      await administer(this, url.pathname, request, response);
      return;
    }
    const path = url.pathname.replace(/^\/3(?=\/)/, '');
    const route = routeOf(path, this.timeline);
    const exported = requestedExport(url.pathname);
    this.count(exported === null ? route.endpoint : 'export', response);
    const fault = this.isOverLimit()
      ? 'tooMany'
      : this.isBroken(path, url)
        ? 'serverError'
        : this.faults.throw();
    if (fault !== null) this.counter.faultInjected(fault);
    await delay((this.options.latencyMs ?? 0) + this.dice.next() * (this.options.jitterMs ?? 0));
    if (exported !== null && fault === null) {
      const source = { catalogue: this.catalogue, published: this.exports, removed: this.timeline.removed };
      await sendExport(source, exported, { request, response });
      return;
    }
    const answer = (): JsonResponse => route.respond(this.catalogue, url.searchParams);
    const make = (): JsonResponse => {
      if (!this.isAuthorized(url, request)) return INVALID_KEY;
      return route.endpoint === 'changes' ? this.feedCache.get(url, this.timeline.now, answer) : answer();
    };
    if (fault !== null) sendFaulty(fault, response, make());
    else sendEncoded(response, await this.encoded(url, request, make));
  }

  private encoded(url: URL, request: IncomingMessage, make: () => JsonResponse): Promise<Encoded> {
    if (this.cache === null) return encode(request, make());
    return this.cache.get(`${acceptsGzip(request)} ${url.href}`, () => encode(request, make()));
  }

  private count(endpoint: Endpoint, response: ServerResponse): void {
    this.counter.requestReceived(endpoint);
    response.once('close', () => {
      this.counter.requestEnded();
    });
    response.once('finish', () => {
      this.counter.responseSent(endpoint, response.statusCode);
    });
  }

  private isOverLimit(): boolean {
    const { rateLimit = null } = this.options;
    if (rateLimit !== null && this.accepted.count() >= rateLimit) return true;
    this.accepted.add();
    return false;
  }

  private isBroken(path: string, { searchParams }: URL): boolean {
    return this.broken.has(path) || this.broken.has(`${path}?page=${searchParams.get('page') ?? '1'}`);
  }

  private isAuthorized(url: URL, request: IncomingMessage): boolean {
    if (this.keyRevoked) return false;
    const { apiKey = null } = this.options;
    const key = url.searchParams.get('api_key');
    const header = request.headers.authorization ?? '';
    if (apiKey !== null) return key === apiKey || header === `Bearer ${apiKey}`;
    return KEY.test(key ?? '') || TOKEN.test(header);
  }
}
