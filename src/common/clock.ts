/** Time and sleep, injected so that tests control them. */
export interface Clock {
  /** The time of day. */
  now(): Date;
  /** Monotonic milliseconds; only differences are meaningful. */
  monotonicMs(): number;
  /** Resolves after `ms` milliseconds; rejects with the signal's reason once it is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** Injection token of the {@link Clock}. */
export const CLOCK = Symbol('Clock');
