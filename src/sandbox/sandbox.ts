import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { administer } from './administration.js';
import { type JsonAnswer, routeOf } from './answer.js';
import { type Asked, type Counters, Counting, Second } from './counters.js';
import { writeExport } from './export.js';
import { FaultDice, type Faults, spoil } from './faults.js';
import { type Catalogue, idOf } from './movies.js';
import { KeptAnswers } from './kept-answers.js';
import { Dice } from './random.js';
import { encode, type Encoded, NO_KEY, sendEncoded, takesGzip } from './send.js';

export interface SandboxOptions {
  /** Movies in the catalogue; each follows from the seed, so that millions take no memory. */
  readonly movies?: number;
  readonly seed?: number;
  readonly port?: number;
  /** Requests that any one second takes; the others are answered 429. Null: no limit. */
  readonly rateLimit?: number | null;
  /** Each answer waits so long, and a random part of the jitter. */
  readonly latencyMs?: number;
  readonly jitterMs?: number;
  /** The only key that is taken; null: any that looks like one. */
  readonly apiKey?: string | null;
  readonly faults?: Partial<Faults>;
  /** People in each cast, and as many in each crew; left out: as TMDB's movies have. */
  readonly people?: number;
  /** Makes each answer once and keeps it: what is removed or restored later changes nothing that was asked for. */
  readonly keepAnswers?: boolean;
}

const EXPORT = /^\/p\/exports\/movie_ids_\d\d_\d\d_\d{4}\.json\.gz$/;
const KEY = /^[0-9a-f]{32}$/i;
const TOKEN = /^Bearer eyJ[\w-]+\.[\w-]+\.[\w-]+$/;

/** A TMDB of made-up movies, on loopback. It answers as TMDB does, as fast, as slow or as badly as it is told. */
export class Sandbox {
  private readonly counting = new Counting();
  private readonly accepted = new Second(() => performance.now());
  private readonly faults: FaultDice;
  private readonly dice: Dice;
  private readonly removed = new Set<number>();
  private readonly broken = new Set<string>();
  private readonly kept: KeptAnswers | null;
  private keyRevoked = false;

  private constructor(
    private readonly server: Server,
    private readonly catalogue: Catalogue,
    private readonly options: SandboxOptions,
  ) {
    this.faults = new FaultDice(catalogue.seed);
    this.faults.set(options.faults ?? {});
    this.dice = new Dice(catalogue.seed, 98);
    this.kept = options.keepAnswers === true ? new KeptAnswers() : null;
    server.on('connection', () => {
      this.counting.connected();
    });
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      // What fails is a client that went away.
      this.serve(request, response).catch(() => response.destroy());
    });
  }

  static async start(options: SandboxOptions = {}): Promise<Sandbox> {
    const { seed = 1, movies = 10_000, people = null } = options;
    const catalogue = { seed, movies, people, today: new Date() };
    const server = createServer({ keepAliveTimeout: 60_000 });
    const sandbox = new Sandbox(server, catalogue, options);
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject).listen(options.port ?? 0, '127.0.0.1', resolve);
    });
    return sandbox;
  }

  /** What TMDB_BASE_URL is set to. */
  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/3`;
  }

  counters(): Counters {
    return this.counting.snapshot();
  }

  /** Sets the counters to nothing. */
  reset(): void {
    this.counting.reset();
  }

  /** Replaces all shares. */
  setFaults(faults: Partial<Faults>): void {
    this.faults.set(faults);
  }

  /** From now on TMDB does not know these ids, though its lists may name them. */
  remove(...ids: number[]): void {
    for (const id of ids) this.removed.add(id);
  }

  restore(...ids: number[]): void {
    for (const id of ids) this.removed.delete(id);
  }

  /** From now on every request for a path, `/movie/popular`, or for one page of it, `/movie/popular?page=2`, fails. */
  breakDown(...paths: string[]): void {
    for (const path of paths) this.broken.add(path);
  }

  revokeKey(): void {
    this.keyRevoked = true;
  }

  allowKey(): void {
    this.keyRevoked = false;
  }

  /** Ids by popularity, from a rank on. */
  movieIds(from: number, count: number): number[] {
    return Array.from({ length: count }, (_, place) => idOf(this.catalogue, from + place));
  }

  /** Ends every connection, those of hung answers too. */
  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://sandbox');
    if (url.pathname.startsWith('/sandbox/')) {
      await administer(this, url.pathname, request, response);
      return;
    }
    const path = url.pathname.replace(/^\/3(?=\/)/, '');
    const route = routeOf(path, (id) => this.removed.has(id));
    const isExport = EXPORT.test(url.pathname);
    this.count(isExport ? 'export' : route.asked, response);
    const fault = this.isOverLimit()
      ? 'tooMany'
      : this.isBroken(path, url)
        ? 'serverError'
        : this.faults.throw();
    if (fault !== null) this.counting.spoilt(fault);
    await delay((this.options.latencyMs ?? 0) + this.dice.next() * (this.options.jitterMs ?? 0));
    if (isExport && fault === null) {
      await writeExport(this.catalogue, response);
      return;
    }
    const make = (): JsonAnswer =>
      this.isLetIn(url, request) ? route.answer(this.catalogue, url.searchParams) : NO_KEY;
    if (fault !== null) spoil(fault, response, make());
    else sendEncoded(response, await this.encoded(url, request, make));
  }

  private encoded(url: URL, request: IncomingMessage, make: () => JsonAnswer): Promise<Encoded> {
    if (this.kept === null) return encode(request, make());
    return this.kept.get(`${takesGzip(request)} ${url.href}`, () => encode(request, make()));
  }

  private count(asked: Asked, response: ServerResponse): void {
    this.counting.begin(asked);
    response.once('close', () => {
      this.counting.end();
    });
    response.once('finish', () => {
      this.counting.answered(asked, response.statusCode);
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

  private isLetIn(url: URL, request: IncomingMessage): boolean {
    if (this.keyRevoked) return false;
    const { apiKey = null } = this.options;
    const key = url.searchParams.get('api_key');
    const header = request.headers.authorization ?? '';
    if (apiKey !== null) return key === apiKey || header === `Bearer ${apiKey}`;
    return KEY.test(key ?? '') || TOKEN.test(header);
  }
}
