import type { Clock } from '../../common/clock.js';

export interface RateLimits {
  /** Requests started in any one second, at most. */
  readonly perSecond: number;
  /** Requests under way at once, at most. */
  readonly concurrency: number;
}

/** Where a rate is shared with other processes: the times at which this one may start requests. */
export interface PermitSource {
  /** One time or more on the clock's monotonic scale, each for one request; `wanted` wait for one. */
  take(wanted: number): Promise<readonly number[]>;
  /** Nobody is to start a request for so long. */
  pause(ms: number): Promise<void>;
  /** The end of the latest pause that is known of, whoever began it; on the clock's monotonic scale. */
  readonly pausedUntil: number;
}

interface Waiting {
  readonly start: () => void;
}

/**
 * The second is measured where requests leave; a server measures it where they arrive, which may be that much sooner
 * after one another.
 */
const MARGIN_MS = 13;
const WINDOW_MS = 1_000 + MARGIN_MS;
/** What timers can't tell apart. */
const TICK_MS = 1;
/** Starts that a late timer missed are made up for if it was no later; the window bounds them all the same. */
const CATCH_UP_MS = 100;
/** The same for slots that all processes share, whose starts no single window bounds. */
const SHARED_CATCH_UP_MS = 50;

/** With fewer the next are asked for, so that no start waits for them. */
const FEW_SLOTS = 3;

/**
 * Decides when requests start: evenly, never more than `perSecond` within any second, never more than `concurrency` at
 * once, none during a pause, first come first served.
 */
export class RateLimiter {
  private readonly queue = new Set<Waiting>();
  /** The latest starts; the one about to be overwritten is the oldest that still counts. */
  private readonly starts: Float64Array;
  private nextSlot = 0;
  private readonly spacingMs: number;
  /** When the next start is due if all are evenly spaced. */
  private evenly = -Infinity;
  private pausedUntil = -Infinity;
  private running = 0;
  private alarm: AbortController | null = null;
  private slots: number[] = [];
  private taking = false;

  constructor(
    private readonly pace: RateLimits,
    private readonly clock: Clock,
    private readonly shared: PermitSource | null = null,
  ) {
    this.starts = new Float64Array(pace.perSecond).fill(-Infinity);
    this.spacingMs = WINDOW_MS / pace.perSecond;
  }

  /**
   * Resolves when the request may start, with what is to be called at its end. Rejects with the signal's reason once
   * that is aborted.
   */
  enter(signal?: AbortSignal): Promise<() => void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) {
        reject(signal.reason as Error);
        return;
      }
      const waiting: Waiting = {
        start: () => {
          signal?.removeEventListener('abort', onAbort);
          resolve(this.leaveOnce());
        },
      };
      const onAbort = (): void => {
        this.queue.delete(waiting);
        if (this.queue.size === 0) this.alarm?.abort();
        reject(signal?.reason as Error);
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      this.queue.add(waiting);
      this.startDue();
    });
  }

  /** Starts nothing for `ms` from now. Returns by how many milliseconds that prolongs the pause there was. */
  pause(ms: number): number {
    const now = this.clock.monotonicMs();
    const before = Math.max(now, this.pausedUntil);
    this.pausedUntil = Math.max(before, now + ms);
    void this.shared?.pause(ms);
    return this.pausedUntil - before;
  }

  /** The end of the pause that keeps requests from starting, on the clock's monotonic scale; null when none does. */
  get pauseEnd(): number | null {
    const end = Math.max(this.pausedUntil, this.shared?.pausedUntil ?? -Infinity);
    return this.queue.size > 0 && end > this.clock.monotonicMs() ? end : null;
  }

  private leaveOnce(): () => void {
    let left = false;
    return () => {
      if (left) return;
      left = true;
      this.running -= 1;
      this.startDue();
    };
  }

  /** `lateMs`: how far back starts may be due that were not made. */
  private startDue(lateMs = 0): void {
    for (const waiting of this.queue) {
      if (this.running >= this.pace.concurrency) return;
      const now = this.clock.monotonicMs();
      const slot = this.sharedSlot(now);
      if (slot === null) return;
      const oldest = this.starts[this.nextSlot] ?? -Infinity;
      const due = Math.max(this.pausedUntil, this.evenly - TICK_MS, oldest + WINDOW_MS, slot);
      if (due > now) {
        this.wakeAfter(due - now);
        return;
      }
      this.slots.shift();
      this.starts[this.nextSlot] = now;
      this.nextSlot = (this.nextSlot + 1) % this.starts.length;
      this.evenly = Math.max(this.evenly, now - lateMs) + this.spacingMs;
      this.running += 1;
      this.queue.delete(waiting);
      waiting.start();
    }
  }

  /** When the next request may start for the other processes' sake; null while that is being asked. */
  private sharedSlot(now: number): number | null {
    if (this.shared === null) return -Infinity;
    // A slot long past is somebody else's time by now.
    while ((this.slots[0] ?? Infinity) < now - SHARED_CATCH_UP_MS) this.slots.shift();
    if (this.slots.length < FEW_SLOTS && this.slots.length < this.queue.size)
      void this.takeSlots(this.shared);
    return this.slots[0] ?? null;
  }

  private async takeSlots(shared: PermitSource): Promise<void> {
    if (this.taking) return;
    this.taking = true;
    try {
      this.slots.push(...(await shared.take(this.queue.size)));
    } finally {
      this.taking = false;
    }
    this.startDue();
  }

  /** One alarm at a time: what is due only moves away, so that an early one asks again. */
  private wakeAfter(ms: number): void {
    if (this.alarm !== null) return;
    const alarm = new AbortController();
    this.alarm = alarm;
    const ring = (): void => {
      this.alarm = null;
      this.startDue(CATCH_UP_MS);
    };
    this.clock.sleep(Math.ceil(ms), alarm.signal).then(ring, ring);
  }
}
