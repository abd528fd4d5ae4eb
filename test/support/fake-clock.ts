import type { Clock } from '../../src/common/clock.js';

interface Sleeper {
  readonly at: number;
  readonly wake: () => void;
}

/** Time that passes only when a test says so. */
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

  get asleep(): number {
    return this.sleepers.length;
  }

  /** Lets time pass; whoever wakes up meanwhile may go to sleep again. */
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

/** Nobody waits: whoever goes to sleep wakes at once, that much later. Only sleeps of `endless` milliseconds go on. */
export class HastyClock extends FakeClock {
  readonly slept: number[] = [];

  constructor(private readonly endless: number) {
    super();
  }

  override sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (ms === this.endless) return super.sleep(ms, signal);
    signal?.throwIfAborted();
    this.slept.push(ms);
    this.ms += ms;
    return Promise.resolve();
  }
}

/** Lets everything run that waits for nothing but a promise. */
function settled(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
