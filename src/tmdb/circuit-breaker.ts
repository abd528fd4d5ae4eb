import { TmdbError } from './tmdb-error.js';

/** Requests in a row that failed in spite of their repeats; then it is TMDB that fails, not a movie. */
const DOWN_AFTER = 10;
/** Pauses in a row after which TMDB still refused everything. */
const REFUSING_AFTER = 10;
const SHORTEST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 10 * 60_000;
const LONGEST_OWN_PAUSE_MS = 60_000;

/** What the latest answers say of TMDB as a whole. */
export class CircuitBreaker {
  private failuresInARow = 0;
  private pausesInARow = 0;
  private pausedAtMs = -Infinity;
  private down = false;

  /** TMDB does not answer at present, as far as was seen. */
  get isDown(): boolean {
    return this.down;
  }

  /** TMDB answered, be it that it has no such movie. */
  answered(): void {
    this.failuresInARow = 0;
    this.pausesInARow = 0;
    this.down = false;
  }

  /** A request failed for good. Returns the error to fail it with. */
  failed(error: TmdbError): TmdbError {
    this.failuresInARow += 1;
    if (error.kind === 'unavailable') return this.goneDown(error);
    if (this.failuresInARow < DOWN_AFTER) return error;
    return this.goneDown(
      new TmdbError(
        'unavailable',
        `TMDB failed ${this.failuresInARow} requests in a row, the last one so: ${error.message}`,
      ),
    );
  }

  /**
   * TMDB refused a request for there being too many. Returns the milliseconds for which all requests are to pause.
   * Refusals of requests that were under way when the pause began are of the same wave and don't make it longer.
   * @throws TmdbError when TMDB asks for more patience than a run has, or goes on refusing
   */
  refused(error: TmdbError, sentAtMs: number, nowMs: number): number {
    if (sentAtMs > this.pausedAtMs) {
      this.pausesInARow += 1;
      this.pausedAtMs = nowMs;
    }
    const asked = error.retryAfterMs ?? 0;
    if (asked > LONGEST_PAUSE_MS || this.pausesInARow > REFUSING_AFTER) {
      const wish = asked > 0 ? ` It asks to wait ${Math.ceil(asked / 1_000)} seconds.` : '';
      throw this.goneDown(new TmdbError('unavailable', `${error.message}${wish}`));
    }
    const own = Math.min(LONGEST_OWN_PAUSE_MS, SHORTEST_PAUSE_MS * 2 ** (this.pausesInARow - 1));
    return Math.max(asked, own, SHORTEST_PAUSE_MS);
  }

  private goneDown(error: TmdbError): TmdbError {
    this.down = true;
    return error;
  }
}
