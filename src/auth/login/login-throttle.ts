import { HttpException, Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../../common/clock.js';
import { clientNetwork } from './client-network.js';

/** Attempts that one network may make within a window. Further ones are refused until the window has passed. */
const MAX_PER_NETWORK = 10;
/** Attempts for one name within a window that are not delayed. Each further one doubles the delay. */
const UNDELAYED_PER_NAME = 5;
const FIRST_DELAY_MS = 250;
const MAX_DELAY_MS = 4_000;
const WINDOW_MS = 60_000;
/** Networks, and likewise names, that are remembered. */
const MAX_REMEMBERED = 10_000;

interface Attempts {
  readonly windowStartMs: number;
  count: number;
}

/**
 * Slows down password guessing without locking a user out: a guessing network is refused for at most a minute, and
 * attempts for a guessed name are delayed by at most four seconds but always answered.
 *
 * An attempt counts when it starts, so that parallel attempts gain nothing, and is forgiven when its password turns out
 * to be right. The counts are kept in memory and each process has its own: the exact rate of guessing does not matter.
 */
@Injectable()
export class LoginThrottle {
  private readonly byNetwork = new Map<string, Attempts>();
  private readonly byName = new Map<string, Attempts>();

  constructor(@Inject(CLOCK) private readonly clock: Clock) {}

  /**
   * Counts an attempt and resolves after its delay.
   * @throws HttpException 429 when the network has used up its attempts
   */
  async admit(address: string, name: string): Promise<void> {
    const nowMs = this.clock.monotonicMs();
    const fromNetwork = currentAttempts(this.byNetwork, clientNetwork(address), nowMs);
    if (fromNetwork.count >= MAX_PER_NETWORK) {
      throw new TooManyAttemptsError(fromNetwork.windowStartMs + WINDOW_MS - nowMs);
    }
    const forName = currentAttempts(this.byName, name, nowMs);
    const excess = forName.count - UNDELAYED_PER_NAME;
    fromNetwork.count += 1;
    forName.count += 1;
    if (excess >= 0) await this.clock.sleep(Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** excess));
  }

  /** Takes back one attempt, whose password was right or could not be checked. */
  forgive(address: string, name: string): void {
    for (const attempts of [this.byNetwork.get(clientNetwork(address)), this.byName.get(name)]) {
      if (attempts !== undefined) attempts.count = Math.max(0, attempts.count - 1);
    }
  }
}

function currentAttempts(remembered: Map<string, Attempts>, key: string, nowMs: number): Attempts {
  const current = remembered.get(key);
  if (current !== undefined && current.windowStartMs + WINDOW_MS > nowMs) return current;
  const started = { windowStartMs: nowMs, count: 0 };
  // A Map iterates in insertion order: deleting first keeps the oldest window at the front.
  remembered.delete(key);
  remembered.set(key, started);
  const [oldest] = remembered.keys();
  if (remembered.size > MAX_REMEMBERED && oldest !== undefined) remembered.delete(oldest);
  return started;
}

class TooManyAttemptsError extends HttpException {
  readonly retryAfterSeconds: number;

  constructor(waitMs: number) {
    const seconds = Math.max(1, Math.ceil(waitMs / 1_000));
    super(`Too many login attempts from this address. Try again in ${seconds} seconds.`, 429);
    this.retryAfterSeconds = seconds;
  }
}
