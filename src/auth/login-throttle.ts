import { HttpException, Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../common/clock.js';

/** Wrong passwords from one address within the window; further attempts have to wait until the window has passed. */
const MOST_FROM_ADDRESS = 10;
/** Wrong passwords for one name that cost nothing; each further one doubles the wait. */
const FREE_FOR_NAME = 5;
const FIRST_DELAY_MS = 250;
const LONGEST_DELAY_MS = 4_000;
const WINDOW_MS = 60_000;
const MOST_KEPT = 10_000;

interface Failures {
  readonly sinceMs: number;
  count: number;
}

/**
 * Slows guessing down, and locks nobody out: an address that guesses has to wait, and a name that is guessed at takes
 * some seconds for everybody, but every attempt for it is answered. In memory: each process by itself, for what counts
 * is that guessing is slow, not exactly how slow.
 */
@Injectable()
export class LoginThrottle {
  private readonly byAddress = new Map<string, Failures>();
  private readonly byName = new Map<string, Failures>();

  constructor(@Inject(CLOCK) private readonly clock: Clock) {}

  /**
   * Waits as long as an attempt has to.
   * @throws HttpException 429 for an address that has failed too often
   */
  async admit(address: string, name: string): Promise<void> {
    const from = this.recent(this.byAddress, address);
    if (from !== null && from.count >= MOST_FROM_ADDRESS) {
      throw new TooManyAttemptsError(from.sinceMs + WINDOW_MS - this.clock.monotonicMs());
    }
    const excess = (this.recent(this.byName, name)?.count ?? 0) - FREE_FOR_NAME;
    if (excess >= 0) await this.clock.sleep(Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** excess));
  }

  failed(address: string, name: string): void {
    this.count(this.byAddress, address);
    this.count(this.byName, name);
  }

  succeeded(name: string): void {
    this.byName.delete(name);
  }

  private recent(kept: Map<string, Failures>, key: string): Failures | null {
    const failures = kept.get(key);
    if (failures === undefined) return null;
    if (failures.sinceMs + WINDOW_MS > this.clock.monotonicMs()) return failures;
    kept.delete(key);
    return null;
  }

  private count(kept: Map<string, Failures>, key: string): void {
    const failures = this.recent(kept, key) ?? { sinceMs: this.clock.monotonicMs(), count: 0 };
    failures.count += 1;
    kept.set(key, failures);
    const [oldest] = kept.keys();
    if (kept.size > MOST_KEPT && oldest !== undefined) kept.delete(oldest);
  }
}

export class TooManyAttemptsError extends HttpException {
  readonly retryAfterSeconds: number;

  constructor(waitMs: number) {
    const seconds = Math.max(1, Math.ceil(waitMs / 1_000));
    super(`Too many wrong passwords from this address. Try again in ${seconds} seconds.`, 429);
    this.retryAfterSeconds = seconds;
  }
}
