import type { Clock } from '../common/clock.js';
import type { TmdbError } from './tmdb-error.js';
import type { TmdbWait } from './tmdb-wait.js';

/** A request that TMDB has not answered yet. */
export interface SentRequest {
  /** When it left, on the clock's monotonic scale. */
  atMs: number;
}

/** One failure is over with the next try. */
const FAILING_AFTER_MS = 2_000;
const SLOW_AFTER_MS = 5_000;
/** Nobody knows when TMDB gets better: so long it holds, and is said again meanwhile. */
const HOLDS_MS = 3_000;

/** Keeps in view what requests wait for. */
export class WaitTracker {
  /** The one that has waited longest comes first. */
  private readonly underWay = new Set<SentRequest>();
  private backingOff = 0;
  private trouble: { readonly sinceMs: number; readonly latest: TmdbError } | null = null;

  constructor(private readonly clock: Clock) {}

  began(request: SentRequest): void {
    this.underWay.add(request);
  }

  ended(request: SentRequest): void {
    this.underWay.delete(request);
  }

  answered(): void {
    this.trouble = null;
  }

  /** A request failed and is tried again after `backOff`. */
  async untilTriedAgain(error: TmdbError, backOff: () => Promise<void>): Promise<void> {
    this.trouble = { sinceMs: this.trouble?.sinceMs ?? this.clock.monotonicMs(), latest: error };
    this.backingOff += 1;
    try {
      await backOff();
    } finally {
      this.backingOff -= 1;
    }
  }

  /** @param pauseEnd of the pause that keeps requests from starting; null without one */
  current(pauseEnd: number | null): TmdbWait | null {
    const now = this.clock.monotonicMs();
    if (pauseEnd !== null) {
      const message = `TMDB asked for a pause (429): requests go on in ${Math.ceil((pauseEnd - now) / 1_000)} s.`;
      return { for: 'throttled', message, until: this.after(pauseEnd - now) };
    }
    if (this.trouble !== null && this.backingOff > 0 && now - this.trouble.sinceMs >= FAILING_AFTER_MS) {
      const message = `TMDB fails, and is tried again: ${this.trouble.latest.message}`;
      return { for: 'failing', message, until: this.after(HOLDS_MS) };
    }
    const [oldest] = this.underWay;
    if (oldest === undefined || now - oldest.atMs < SLOW_AFTER_MS) return null;
    const message = `TMDB is slow: a request has waited for ${Math.floor((now - oldest.atMs) / 1_000)} s.`;
    return { for: 'slow', message, until: this.after(HOLDS_MS) };
  }

  private after(ms: number): string {
    return new Date(this.clock.now().getTime() + ms).toISOString();
  }
}
