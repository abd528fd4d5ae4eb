import type { Clock } from './clock.js';

interface Computation<T> {
  readonly value: Promise<T>;
  /** Null while it is being computed. */
  endedMs: number | null;
}

/** A value that is computed again when it is read and older than `maxAgeMs`. Concurrent readers share one computation. */
export class CachedValue<T> {
  private latest: Computation<T> | null = null;

  constructor(
    private readonly clock: Clock,
    private readonly maxAgeMs: number,
    private readonly compute: () => Promise<T>,
  ) {}

  /** Rejects as the computation does. A failure is not kept. */
  async read(): Promise<T> {
    const latest = this.fresh() ?? this.start();
    try {
      const value = await latest.value;
      latest.endedMs ??= this.clock.monotonicMs();
      return value;
    } catch (error) {
      if (this.latest === latest) this.latest = null;
      throw error;
    }
  }

  /** The latest computation, unless its value is too old. */
  private fresh(): Computation<T> | null {
    const { latest } = this;
    const isOld =
      latest !== null &&
      latest.endedMs !== null &&
      this.clock.monotonicMs() - latest.endedMs >= this.maxAgeMs;
    return isOld ? null : latest;
  }

  private start(): Computation<T> {
    this.latest = { value: this.compute(), endedMs: null };
    return this.latest;
  }
}
