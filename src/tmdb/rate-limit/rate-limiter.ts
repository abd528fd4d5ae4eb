import type { Clock } from '../../common/clock.js';

export interface RateLimits {
  /** Most requests started within any one second. */
  readonly perSecond: number;
  /** Most requests in progress at once. */
  readonly concurrency: number;
}

/** Permits of a rate that is shared with other processes. A permit is the time from which one request may start. */
export interface PermitSource {
  /**
   * At least one permit, each on the clock's monotonic scale. Rejects when the rate cannot be kept.
   * @param wanted number of requests that wait for a permit
   */
  take(wanted: number): Promise<readonly number[]>;
  /** No process starts a request for `ms` milliseconds. */
  pause(ms: number): Promise<void>;
  /** End of the latest known pause, whichever process began it, on the clock's monotonic scale. */
  readonly pausedUntil: number;
}

interface Waiting {
  readonly start: () => void;
  readonly fail: (error: Error) => void;
}

/** TMDB measures the second where requests arrive; the time between two requests may shrink by this much on the way. */
const MARGIN_MS = 13;
const WINDOW_MS = 1_000 + MARGIN_MS;
/** Resolution of timers. */
const TIMER_MS = 1;
/** Starts that a timer missed by at most this much are made up for. The window bounds them all the same. */
const CATCH_UP_MS = 100;
/** The same for permits, whose starts no single process's window bounds. */
const PERMIT_VALID_MS = 50;
/** With fewer permits left, the next are taken ahead, so that no start waits for the database. */
const LOW_PERMITS = 3;

/**
 * Decides when requests start: evenly spaced, at most `perSecond` within any second, at most `concurrency` at once, none
 * during a pause, in the order of their arrival.
 */
export class RateLimiter {
  private readonly queue = new Set<Waiting>();
  /** Ring buffer of the latest `perSecond` starts. */
  private readonly starts: Float64Array;
  private oldestStart = 0;
  private readonly spacingMs: number;
  /** Earliest next start that keeps the spacing even. */
  private nextEven = -Infinity;
  private pausedUntil = -Infinity;
  private running = 0;
  private timer: AbortController | null = null;
  private permits: number[] = [];
  private takingPermits = false;

  constructor(
    private readonly limits: RateLimits,
    private readonly clock: Clock,
    private readonly permitSource: PermitSource | null = null,
  ) {
    this.starts = new Float64Array(limits.perSecond).fill(-Infinity);
    this.spacingMs = WINDOW_MS / limits.perSecond;
  }

  /**
   * Resolves when the request may start, with a function to call when the request has ended. Rejects with the signal's
   * reason when that is aborted, and with the error of the permit source.
   */
  acquire(signal?: AbortSignal): Promise<() => void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) {
        reject(signal.reason as Error);
        return;
      }
      const waiting: Waiting = {
        start: () => {
          signal?.removeEventListener('abort', onAbort);
          resolve(this.releaseOnce());
        },
        fail: (error) => {
          signal?.removeEventListener('abort', onAbort);
          reject(error);
        },
      };
      const onAbort = (): void => {
        this.queue.delete(waiting);
        if (this.queue.size === 0) this.timer?.abort();
        reject(signal?.reason as Error);
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      this.queue.add(waiting);
      this.startDue();
    });
  }

  /** Starts nothing for `ms` from now. Returns the milliseconds by which this prolongs the current pause. */
  pause(ms: number): number {
    const now = this.clock.monotonicMs();
    const before = Math.max(now, this.pausedUntil);
    this.pausedUntil = Math.max(before, now + ms);
    void this.permitSource?.pause(ms);
    return this.pausedUntil - before;
  }

  /** End of the pause that requests wait for, on the clock's monotonic scale; null when none waits for a pause. */
  get pauseEnd(): number | null {
    const end = Math.max(this.pausedUntil, this.permitSource?.pausedUntil ?? -Infinity);
    return this.queue.size > 0 && end > this.clock.monotonicMs() ? end : null;
  }

  private releaseOnce(): () => void {
    let released = false;
    return () => {
      if (released) return;
      released = true;
      this.running -= 1;
      this.startDue();
    };
  }

  /** @param lateMs how far in the past a start may be due that was not made */
  private startDue(lateMs = 0): void {
    for (const waiting of this.queue) {
      if (this.running >= this.limits.concurrency) return;
      const now = this.clock.monotonicMs();
      const permit = this.nextPermit(now);
      if (permit === null) return;
      const windowEnd = (this.starts[this.oldestStart] ?? -Infinity) + WINDOW_MS;
      const due = Math.max(this.pausedUntil, this.nextEven - TIMER_MS, windowEnd, permit);
      if (due > now) {
        this.wakeAfter(due - now);
        return;
      }
      this.permits.shift();
      this.starts[this.oldestStart] = now;
      this.oldestStart = (this.oldestStart + 1) % this.starts.length;
      this.nextEven = Math.max(this.nextEven, now - lateMs) + this.spacingMs;
      this.running += 1;
      this.queue.delete(waiting);
      waiting.start();
    }
  }

  /** When the other processes' share allows the next start; null while permits are being taken. */
  private nextPermit(now: number): number | null {
    if (this.permitSource === null) return -Infinity;
    while ((this.permits[0] ?? Infinity) < now - PERMIT_VALID_MS) this.permits.shift();
    if (this.permits.length < LOW_PERMITS && this.permits.length < this.queue.size) {
      void this.takePermits(this.permitSource);
    }
    return this.permits[0] ?? null;
  }

  private async takePermits(source: PermitSource): Promise<void> {
    if (this.takingPermits) return;
    this.takingPermits = true;
    try {
      this.permits.push(...(await source.take(this.queue.size)));
    } catch (error) {
      for (const waiting of this.queue) waiting.fail(error as Error);
      this.queue.clear();
    } finally {
      this.takingPermits = false;
    }
    this.startDue();
  }

  /** One timer is enough: a due time only moves later, and a timer that fires early sets the next one. */
  private wakeAfter(ms: number): void {
    if (this.timer !== null) return;
    const timer = new AbortController();
    this.timer = timer;
    const onEnd = (): void => {
      this.timer = null;
      this.startDue(CATCH_UP_MS);
    };
    this.clock.sleep(Math.ceil(ms), timer.signal).then(onEnd, onEnd);
  }
}
