import { HttpException, Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../../common/clock.js';
import { clientNetwork } from './client-network.js';

/** Attempts from one network within the window; further ones have to wait until the window has passed. */
const MOST_FROM_NETWORK = 10;
/** Attempts for one name that cost nothing; each further one doubles the wait. */
const FREE_FOR_NAME = 5;
const FIRST_DELAY_MS = 250;
const LONGEST_DELAY_MS = 4_000;
const WINDOW_MS = 60_000;
/** Of networks, and of names. */
const MOST_KEPT = 10_000;

interface Attempts {
  readonly sinceMs: number;
  count: number;
}

/**
 * Slows guessing down, and locks nobody out: a network that guesses has to wait for a minute at most, and a name that is
 * guessed at takes seconds for everybody, but every attempt for it is answered. Each attempt counts when it begins, so
 * that many at once gain nothing, and is forgiven once its password was right. In memory: each process by itself, for what
 * counts is that guessing is slow, not exactly how slow.
 */
@Injectable()
export class LoginThrottle {
  private readonly byNetwork = new Map<string, Attempts>();
  private readonly byName = new Map<string, Attempts>();

  constructor(@Inject(CLOCK) private readonly clock: Clock) {}

  /**
   * Waits as long as an attempt has to.
   * @throws TooManyAttemptsError for a network that has failed too often
   */
  async admit(address: string, name: string): Promise<void> {
    const nowMs = this.clock.monotonicMs();
    const fromNetwork = attempts(this.byNetwork, clientNetwork(address), nowMs);
    if (fromNetwork.count >= MOST_FROM_NETWORK) {
      throw new TooManyAttemptsError(fromNetwork.sinceMs + WINDOW_MS - nowMs);
    }
    const forName = attempts(this.byName, name, nowMs);
    const excess = forName.count - FREE_FOR_NAME;
    fromNetwork.count += 1;
    forName.count += 1;
    if (excess >= 0) await this.clock.sleep(Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** excess));
  }

  /** One attempt was none at guessing. Others for the same name go on counting. */
  forgive(address: string, name: string): void {
    for (const kept of [this.byNetwork.get(clientNetwork(address)), this.byName.get(name)]) {
      if (kept !== undefined) kept.count = Math.max(0, kept.count - 1);
    }
  }
}

/** Those within the window, from now on kept. */
function attempts(kept: Map<string, Attempts>, key: string, nowMs: number): Attempts {
  const known = kept.get(key);
  if (known !== undefined && known.sinceMs + WINDOW_MS > nowMs) return known;
  const begun = { sinceMs: nowMs, count: 0 };
  // Anew, so that the first key is the one whose window began longest ago.
  kept.delete(key);
  kept.set(key, begun);
  const [oldest] = kept.keys();
  if (kept.size > MOST_KEPT && oldest !== undefined) kept.delete(oldest);
  return begun;
}

class TooManyAttemptsError extends HttpException {
  readonly retryAfterSeconds: number;

  constructor(waitMs: number) {
    const seconds = Math.max(1, Math.ceil(waitMs / 1_000));
    super(`Too many attempts from this address. Try again in ${seconds} seconds.`, 429);
    this.retryAfterSeconds = seconds;
  }
}
