import type { Random } from './random.js';

const FIRST_MS = 500;
const LONGEST_MS = 30_000;

/** Milliseconds to pause after the nth failure in a row, counted from 1: doubles up to `longestMs`; half of it is random. */
export function backOffMs(failures: number, random: Random, longestMs = LONGEST_MS): number {
  const full = Math.min(longestMs, FIRST_MS * 2 ** (failures - 1));
  return full * (0.5 + random() / 2);
}
