/** Time and waiting come in from outside, so that a test decides how late it is. */
export interface Clock {
  /** The time of day. */
  now(): Date;
  /** Milliseconds that only ever grow; only differences mean something. */
  monotonicMs(): number;
  /** Resolves after `ms` milliseconds; rejects with the signal's reason once it is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** Injection token of the {@link Clock}. */
export const CLOCK = Symbol('Clock');
