import type { Random } from './random.js';

const FIRST_MS = 500;
const LONGEST_MS = 30_000;

/** Milliseconds to wait after the nth failure in a row, from 1: doubling, with the upper half left to chance. */
export function backOffMs(failures: number, random: Random): number {
  const full = Math.min(LONGEST_MS, FIRST_MS * 2 ** (failures - 1));
  return full * (0.5 + random() / 2);
}
