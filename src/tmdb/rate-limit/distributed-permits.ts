import type { Clock } from '../../common/clock.js';
import type { RateLimitRepository } from './rate-limit.repository.js';
import type { PermitSource } from './rate-limiter.js';

/** So much later than evenly where there are several processes: their timers are late by differing amounts. */
const LOOSENESS = 1.06;
/** A lease covers so much time at most, that no process sits on slots which others could use. */
const LEASE_MS = 100;
/** However high the rate: slots that are not used in time are lost. */
const MOST_SLOTS = 50;
/** From so many waiting requests on a process takes slots ahead: it will use them. */
const BUSY = 4;
/** After the database could not be asked, for so long everybody keeps to their share without asking. */
const ALONE_MS = 1_000;

/** When requests of this process may start, so that all processes together keep the rate. */
export class DistributedPermits implements PermitSource {
  private processes = 1;
  private aloneUntil = -Infinity;
  private aloneNext = -Infinity;
  /** Until then others may still be alone. */
  private carefulUntil = -Infinity;
  private pauseEndsAt = -Infinity;

  constructor(
    private readonly pace: RateLimitRepository,
    private readonly perSecond: number,
    private readonly clock: Clock,
  ) {}

  async take(wanted: number): Promise<readonly number[]> {
    const whole = Math.min(MOST_SLOTS, Math.max(1, Math.floor((this.perSecond * LEASE_MS) / 1_000)));
    const count = wanted >= BUSY ? whole : Math.min(wanted, whole);
    const now = this.clock.monotonicMs();
    if (now < this.aloneUntil) return this.own(count);
    const spacingMs = this.spacingMs * (now < this.carefulUntil ? this.processes : 1);
    try {
      const { firstInMs, processes, pausedForMs } = await this.pace.lease(count, spacingMs);
      const leasedAt = this.clock.monotonicMs();
      this.processes = processes;
      this.pauseEndsAt = leasedAt + pausedForMs;
      // PermitSource from the time alone may be left.
      return slots(Math.max(leasedAt + firstInMs, this.aloneNext), count, spacingMs);
    } catch {
      this.goAlone();
      return this.own(count);
    }
  }

  get pausedUntil(): number {
    return this.pauseEndsAt;
  }

  /** A process alone is kept to the rate by its pacer. */
  private get spacingMs(): number {
    return (1_000 * (this.processes > 1 ? LOOSENESS : 1)) / this.perSecond;
  }

  async pause(ms: number): Promise<void> {
    await this.pace.pause(ms).catch(() => undefined);
  }

  /** What was given out before is used up first: each may hold a lease and the rest of the one before. */
  private goAlone(): void {
    const now = this.clock.monotonicMs();
    if (now >= this.carefulUntil) this.aloneNext = now + 2 * this.processes * LEASE_MS * LOOSENESS;
    this.aloneUntil = now + ALONE_MS;
    this.carefulUntil = this.aloneUntil + 2 * ALONE_MS;
  }

  /** This process's share, as far as is known how many there are. */
  private own(count: number): readonly number[] {
    const spacingMs = this.spacingMs * this.processes;
    const first = Math.max(this.aloneNext, this.clock.monotonicMs());
    this.aloneNext = first + count * spacingMs;
    return slots(first, count, spacingMs);
  }
}

function slots(first: number, count: number, spacingMs: number): readonly number[] {
  return Array.from({ length: count }, (_, place) => first + place * spacingMs);
}
