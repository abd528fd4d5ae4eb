import type { Clock } from './clock.js';

/** A value that is computed again when it is read and older than `maxAgeMs`. Concurrent readers share one computation. */
export class CachedValue<T> {
  private latest: { readonly startedMs: number; readonly value: Promise<T> } | null = null;

  constructor(
    private readonly clock: Clock,
    private readonly maxAgeMs: number,
    private readonly compute: () => Promise<T>,
  ) {}

  /** Rejects as the computation does. A failure is not kept. */
  async read(): Promise<T> {
    const nowMs = this.clock.monotonicMs();
    if (this.latest === null || nowMs - this.latest.startedMs >= this.maxAgeMs) {
      this.latest = { startedMs: nowMs, value: this.compute() };
    }
    const { latest } = this;
    try {
      return await latest.value;
    } catch (error) {
      if (this.latest === latest) this.latest = null;
      throw error;
    }
  }
}
