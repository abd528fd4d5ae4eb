import { TmdbError } from './tmdb-error.js';

/** This many requests in a row failed in spite of their retries: TMDB is down, whichever movies they were for. */
const MAX_FAILURES_IN_A_ROW = 10;
/** This many responses in a row did not come from TMDB: a block applies to all requests. */
const MAX_BLOCKED_IN_A_ROW = 5;
/** This many pauses in a row were followed by another 429. */
const MAX_PAUSES_IN_A_ROW = 10;
const MIN_PAUSE_MS = 1_000;
/** A longer Retry-After than this ends the run. */
const MAX_RETRY_AFTER_MS = 10 * 60_000;
/** Limit of the pause that doubles with each 429 that follows a pause. */
const MAX_DOUBLED_PAUSE_MS = 60_000;

/** Counts the failures and the 429 pauses in a row, and decides when TMDB as a whole is unavailable. */
export class AvailabilityTracker {
  private failuresInARow = 0;
  private blockedInARow = 0;
  private pausesInARow = 0;
  private pausedAtMs = -Infinity;
  private down = false;

  /** Whether TMDB was found unavailable and has not responded since. */
  get isDown(): boolean {
    return this.down;
  }

  /** TMDB responded. A 404 for a movie counts. */
  recordResponse(): void {
    this.failuresInARow = 0;
    this.blockedInARow = 0;
    this.pausesInARow = 0;
    this.down = false;
  }

  /** A request failed after all its retries. Returns the error to fail it with. */
  recordFailure(error: TmdbError): TmdbError {
    this.failuresInARow += 1;
    if (error.kind === 'unavailable') return this.markDown(error);
    if (this.failuresInARow < MAX_FAILURES_IN_A_ROW) return error;
    return this.markDown(
      new TmdbError(
        'unavailable',
        `TMDB failed ${this.failuresInARow} requests in a row. The last error: ${error.message}`,
      ),
    );
  }

  /** A request was blocked. Returns the error to fail it with. */
  recordBlock(error: TmdbError): TmdbError {
    this.blockedInARow += 1;
    if (this.blockedInARow < MAX_BLOCKED_IN_A_ROW) return error;
    const message = `${this.blockedInARow} responses in a row were not from TMDB. The last error: ${error.message}`;
    return this.markDown(new TmdbError('unavailable', message));
  }

  /**
   * TMDB responded 429. Returns the milliseconds for which all requests must pause. A 429 to a request that was sent
   * before the current pause began does not prolong it.
   * @throws TmdbError `unavailable` when TMDB asks for a pause over 10 minutes, or after ten pauses in a row
   */
  recordRateLimit(error: TmdbError, sentAtMs: number, nowMs: number): number {
    if (sentAtMs > this.pausedAtMs) {
      this.pausesInARow += 1;
      this.pausedAtMs = nowMs;
    }
    const retryAfterMs = error.retryAfterMs ?? 0;
    if (retryAfterMs > MAX_RETRY_AFTER_MS || this.pausesInARow > MAX_PAUSES_IN_A_ROW) {
      const detail = retryAfterMs > 0 ? ` TMDB asks to wait ${Math.ceil(retryAfterMs / 1_000)} seconds.` : '';
      throw this.markDown(new TmdbError('unavailable', `${error.message}${detail}`));
    }
    const doubled = Math.min(MAX_DOUBLED_PAUSE_MS, MIN_PAUSE_MS * 2 ** (this.pausesInARow - 1));
    return Math.max(retryAfterMs, doubled);
  }

  private markDown(error: TmdbError): TmdbError {
    this.down = true;
    return error;
  }
}
