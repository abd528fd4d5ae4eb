import type { Clock } from '../../src/common/clock.js';

interface Sleeper {
  readonly at: number;
  readonly wake: () => void;
}

/** A clock that stands still until the test advances it. */
export class FakeClock implements Clock {
  protected ms = 0;
  private sleepers: Sleeper[] = [];

  constructor(private readonly start = new Date('2026-09-01T12:00:00Z')) {}

  now(): Date {
    return new Date(this.start.getTime() + this.ms);
  }

  monotonicMs(): number {
    return this.ms;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const onAbort = (): void => {
        this.sleepers = this.sleepers.filter((other) => other !== sleeper);
        reject(signal?.reason as Error);
      };
      const wake = (): void => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      };
      const sleeper = { at: this.ms + Math.max(0, ms), wake };
      this.sleepers.push(sleeper);
      signal?.addEventListener('abort', onAbort);
    });
  }

  /** The number of sleepers. */
  get asleep(): number {
    return this.sleepers.length;
  }

  /** Wakes the sleepers in the order of their times, including those that fall asleep again on the way. */
  async advance(ms: number): Promise<void> {
    const end = this.ms + ms;
    for (;;) {
      await settled();
      const next = this.sleepers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      this.sleepers = this.sleepers.filter((other) => other !== next);
      this.ms = Math.max(this.ms, next.at);
      next.wake();
    }
    this.ms = end;
  }
}

/** A clock on which a sleep ends at once and advances the time. Only a sleep of exactly `endlessMs` does not end. */
export class InstantClock extends FakeClock {
  readonly slept: number[] = [];

  constructor(private readonly endlessMs: number) {
    super();
  }

  override sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (ms === this.endlessMs) return super.sleep(ms, signal);
    signal?.throwIfAborted();
    this.slept.push(ms);
    this.ms += ms;
    return Promise.resolve();
  }
}

/** Resolves after all pending promise callbacks have run. */
function settled(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
