import { Logger } from '@nestjs/common';
import type { Clock } from '../../common/clock.js';
import type { Random } from '../../common/random.js';
import { retry } from '../../common/retry.js';
import { isConflict, isUnavailable } from '../../database/errors/database-fault.js';
import { describeFault } from '../../database/errors/explain-error.js';
import type { RateLimitRepository } from './rate-limit.repository.js';
import type { PermitSource } from './rate-limiter.js';

/** Several processes space their permits this much wider, because their timers are late by differing amounts. */
const SHARED_SPACING_FACTOR = 1.06;
/** A grant covers at most this time, so that no process holds permits that others could use. */
const GRANT_MS = 100;
/** Limit of a grant at any rate: permits that are not used in time are lost. */
const MAX_PERMITS = 50;
/** With this many waiting requests a process takes a full grant, since it will use it. */
const FULL_GRANT_FROM = 4;
/** Of a query that conflicts with those of other processes. */
const ATTEMPTS = 5;
/** After a lost connection to the database, how long a process issues its own permits before it tries the database again. */
const OFFLINE_MS = 1_000;

/**
 * Permits for the requests of this process, so that all processes together keep the rate. While the database is
 * unreachable, each process issues its own share.
 */
export class DistributedPermits implements PermitSource {
  private readonly logger = new Logger(DistributedPermits.name);
  private isOffline = false;
  private processes = 1;
  private offlineUntil = -Infinity;
  /** When the next permit that this process issues itself is valid. */
  private nextOwn = -Infinity;
  /** Other processes may be offline until then. */
  private othersOfflineUntil = -Infinity;
  private pauseEndsAt = -Infinity;

  constructor(
    private readonly repository: RateLimitRepository,
    private readonly perSecond: number,
    private readonly clock: Clock,
    private readonly random: Random,
  ) {}

  /** @throws the database's error, unless the database is unreachable */
  async take(wanted: number): Promise<readonly number[]> {
    const full = Math.min(MAX_PERMITS, Math.max(1, Math.floor((this.perSecond * GRANT_MS) / 1_000)));
    const count = wanted >= FULL_GRANT_FROM ? full : Math.min(wanted, full);
    const now = this.clock.monotonicMs();
    if (now < this.offlineUntil) return this.issueOwn(count);
    const spacingMs = this.spacingMs * (now < this.othersOfflineUntil ? this.processes : 1);
    try {
      const grant = await retry(() => this.repository.takePermits(count, spacingMs), {
        ...{ clock: this.clock, random: this.random, attempts: ATTEMPTS },
        isRetryable: isConflict,
      });
      this.goOnline();
      const grantedAt = this.clock.monotonicMs();
      this.processes = grant.processes;
      this.pauseEndsAt = grantedAt + grant.pausedForMs;
      // Permits that this process issued itself may still be unused.
      return spaced(Math.max(grantedAt + grant.firstInMs, this.nextOwn), count, spacingMs);
    } catch (error) {
      if (!isUnavailable(error)) throw error;
      this.goOffline(error);
      return this.issueOwn(count);
    }
  }

  get pausedUntil(): number {
    return this.pauseEndsAt;
  }

  async pause(ms: number): Promise<void> {
    await this.repository.pause(ms).catch((error: unknown) => {
      const fact = { event: 'rate_limit.pause_not_shared', reason: describeFault(error) };
      if (isUnavailable(error)) this.logger.warn(fact);
      else this.logger.error({ ...fact, err: error });
    });
  }

  /** A single process needs no wider spacing: its rate limiter bounds every second. */
  private get spacingMs(): number {
    return (1_000 * (this.processes > 1 ? SHARED_SPACING_FACTOR : 1)) / this.perSecond;
  }

  /** Permits granted before are used up first: each process may hold a grant and the rest of the previous one. */
  private goOffline(error: unknown): void {
    if (!this.isOffline) this.logger.warn({ event: 'rate_limit.offline', reason: describeFault(error) });
    this.isOffline = true;
    const now = this.clock.monotonicMs();
    if (now >= this.othersOfflineUntil) {
      this.nextOwn = now + 2 * this.processes * GRANT_MS * SHARED_SPACING_FACTOR;
    }
    this.offlineUntil = now + OFFLINE_MS;
    this.othersOfflineUntil = this.offlineUntil + 2 * OFFLINE_MS;
  }

  private goOnline(): void {
    if (this.isOffline) this.logger.log({ event: 'rate_limit.online' });
    this.isOffline = false;
  }

  /** This process's share of the rate, by the last known number of processes. */
  private issueOwn(count: number): readonly number[] {
    const spacingMs = this.spacingMs * this.processes;
    const first = Math.max(this.nextOwn, this.clock.monotonicMs());
    this.nextOwn = first + count * spacingMs;
    return spaced(first, count, spacingMs);
  }
}

function spaced(first: number, count: number, spacingMs: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => first + index * spacingMs);
}
