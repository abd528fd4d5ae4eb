import { HttpException, Inject, Injectable } from '@nestjs/common';
import { clientNetworks } from '../../common/client-networks.js';
import { CLOCK, type Clock } from '../../common/clock.js';
import { AuditLog } from '../../common/logging/audit-log.js';

/** Attempts within a window, from one IPv4 address or IPv6 /64. */
const MAX_PER_LINE = 10;
/** Attempts within a window, from one IPv6 /48. */
const MAX_PER_SITE = 20;
/** Attempts within a window for one name: those from the network of its last login, and those from all others. */
const MAX_PER_NAME = 10;
const WINDOW_MS = 60_000;
/** Counters that are remembered. */
const MAX_REMEMBERED = 30_000;

/** A counted attempt. */
export interface Attempt {
  /** Whether the name last logged in from this network. */
  readonly isFromKnownNetwork: boolean;
  /** Takes it back, since the password could not be checked. */
  readonly forgive: () => void;
  /** Takes it back, since the password was right, and remembers the network. */
  readonly succeed: () => void;
}

interface Counter {
  readonly windowStartMs: number;
  count: number;
}

interface Limit {
  readonly key: string;
  readonly max: number;
}

/**
 * Bounds password guessing, by network and by name. The network from which a name last logged in has its own counter, so
 * that neither guesses from other networks nor failed logins of other names on the same network lock the user out.
 *
 * An attempt counts when it starts, so that parallel attempts gain nothing, and is forgiven when its password turns out
 * to be right. The counts are kept in memory and each process has its own: the exact rate of guessing does not matter.
 */
@Injectable()
export class LoginThrottle {
  private readonly counters = new Map<string, Counter>();
  /** By name. Only names of users succeed, so it stays small. */
  private readonly lastLogin = new Map<string, string>();

  constructor(
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly audit: AuditLog,
  ) {}

  /** @throws HttpException 429 when an attempt would not be admitted, which is recorded */
  check(address: string, name: string): void {
    const nowMs = this.clock.monotonicMs();
    const waits = this.limitsOf(address, name).map(({ key, max }) => {
      const current = this.current(key, nowMs);
      return current !== null && current.count >= max ? current.windowStartMs + WINDOW_MS - nowMs : 0;
    });
    const waitMs = Math.max(...waits);
    if (waitMs <= 0) return;
    this.audit.record('login.throttled', { actor: name, reason: 'too_many_attempts' });
    throw new TooManyAttemptsError(waitMs);
  }

  /**
   * Counts an attempt.
   * @throws HttpException 429 when there have been too many
   */
  admit(address: string, name: string): Attempt {
    this.check(address, name);
    const nowMs = this.clock.monotonicMs();
    const counters = this.limitsOf(address, name).map(
      ({ key }) => this.current(key, nowMs) ?? this.start(key, nowMs),
    );
    for (const counter of counters) counter.count += 1;
    const forgive = (): void => {
      for (const counter of counters) counter.count = Math.max(0, counter.count - 1);
    };
    return {
      isFromKnownNetwork: this.isKnown(address, name),
      forgive,
      succeed: () => {
        forgive();
        this.lastLogin.set(name, clientNetworks(address).line);
      },
    };
  }

  private isKnown(address: string, name: string): boolean {
    return this.lastLogin.get(name) === clientNetworks(address).line;
  }

  private limitsOf(address: string, name: string): readonly Limit[] {
    if (this.isKnown(address, name)) return [{ key: `known ${name}`, max: MAX_PER_NAME }];
    const { line, site } = clientNetworks(address);
    return [
      { key: `line ${line}`, max: MAX_PER_LINE },
      ...(site === null ? [] : [{ key: `site ${site}`, max: MAX_PER_SITE }]),
      { key: `name ${name}`, max: MAX_PER_NAME },
    ];
  }

  private current(key: string, nowMs: number): Counter | null {
    const counter = this.counters.get(key);
    return counter !== undefined && counter.windowStartMs + WINDOW_MS > nowMs ? counter : null;
  }

  private start(key: string, nowMs: number): Counter {
    const started = { windowStartMs: nowMs, count: 0 };
    // A Map iterates in insertion order: deleting first keeps the oldest window at the front.
    this.counters.delete(key);
    this.counters.set(key, started);
    const [oldest] = this.counters.keys();
    if (this.counters.size > MAX_REMEMBERED && oldest !== undefined) this.counters.delete(oldest);
    return started;
  }
}

class TooManyAttemptsError extends HttpException {
  readonly retryAfterSeconds: number;

  constructor(waitMs: number) {
    const seconds = Math.max(1, Math.ceil(waitMs / 1_000));
    super(
      `Too many login attempts for this user or from this network. Try again in ${seconds} seconds.`,
      429,
    );
    this.retryAfterSeconds = seconds;
  }
}
