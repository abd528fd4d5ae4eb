import type { Clock } from '../common/clock.js';
import type { TmdbError } from './tmdb-error.js';
import type { TmdbWait } from './tmdb-wait.js';

/** A request that TMDB has not responded to yet. */
export interface SentRequest {
  /** When it was sent, on the clock's monotonic scale. */
  atMs: number;
}

/** A single failure is over with the first retry and is not reported. */
const FAILING_AFTER_MS = 2_000;
const SLOW_AFTER_MS = 5_000;
/** How long a wait is valid that has no known end. It is reported again before then if it continues. */
const VALID_MS = 3_000;

/** Tracks what requests wait for. */
export class WaitTracker {
  /** The one that has waited longest is first. */
  private readonly pending = new Set<SentRequest>();
  private backingOff = 0;
  private failing: { readonly sinceMs: number; readonly latest: TmdbError } | null = null;

  constructor(private readonly clock: Clock) {}

  requestSent(request: SentRequest): void {
    this.pending.add(request);
  }

  requestEnded(request: SentRequest): void {
    this.pending.delete(request);
  }

  responseReceived(): void {
    this.failing = null;
  }

  /** A request failed and is retried after `backOff`. */
  async duringBackOff(error: TmdbError, backOff: () => Promise<void>): Promise<void> {
    this.failing = { sinceMs: this.failing?.sinceMs ?? this.clock.monotonicMs(), latest: error };
    this.backingOff += 1;
    try {
      await backOff();
    } finally {
      this.backingOff -= 1;
    }
  }

  /** @param pauseEnd end of the pause that delays requests, on the clock's monotonic scale; null without one */
  current(pauseEnd: number | null): TmdbWait | null {
    const now = this.clock.monotonicMs();
    if (pauseEnd !== null) {
      const seconds = Math.ceil((pauseEnd - now) / 1_000);
      const message = `TMDB asked for a pause (429); requests resume in ${seconds} s.`;
      return { for: 'throttled', message, until: this.after(pauseEnd - now) };
    }
    if (this.failing !== null && this.backingOff > 0 && now - this.failing.sinceMs >= FAILING_AFTER_MS) {
      const message = `TMDB is failing; retrying. The last error: ${this.failing.latest.message}`;
      return { for: 'failing', message, until: this.after(VALID_MS) };
    }
    const [oldest] = this.pending;
    if (oldest === undefined || now - oldest.atMs < SLOW_AFTER_MS) return null;
    const seconds = Math.floor((now - oldest.atMs) / 1_000);
    const message = `TMDB is slow; a request has been waiting for ${seconds} s.`;
    return { for: 'slow', message, until: this.after(VALID_MS) };
  }

  private after(ms: number): string {
    return new Date(this.clock.now().getTime() + ms).toISOString();
  }
}
