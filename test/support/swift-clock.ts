import type { Clock } from '../../src/common/clock.js';
import { systemClock } from '../../src/common/system-clock.js';

/** Waiting is over this many times sooner. */
const TIMES = 20;

/** A clock whose pauses, back-offs and time-outs go by quickly, and still one after the other. */
export const swiftClock: Clock = {
  now: () => systemClock.now(),
  monotonicMs: () => TIMES * systemClock.monotonicMs(),
  sleep: (ms, signal) => systemClock.sleep(ms / TIMES, signal),
};
