import type { Lab } from './lab.js';
import type { Target } from './target.js';

/** One number that a bench gives, and what it is to be. */
export interface Figure {
  readonly name: string;
  /** Written after the number; empty for ratios and counts. */
  readonly unit: string;
  readonly goal?: { readonly atLeast: number } | { readonly atMost: number };
}

/** Numbers of one measurement, by the figures' names. */
export type Sample = Readonly<Record<string, number>>;

export interface Bench {
  readonly name: string;
  /** One line: what is measured. */
  readonly about: string;
  readonly figures: readonly Figure[];
  /** Measurements that count, of each target. */
  readonly repeats: number;
  /** Measurements before them that don't. */
  readonly warmUps: number;
  /** Whole: whatever it starts it ends. Rejects with a WrongAnswer when what was measured did not do its work. */
  measure(target: Target, lab: Lab): Promise<Sample>;
}

/** What was measured did not do what it should: its speed means nothing. */
export class WrongAnswer extends Error {
  override readonly name = 'WrongAnswer';
}

/** @throws WrongAnswer unless both are equal, as JSON */
export function expectEqual(what: string, actual: unknown, expected: unknown): void {
  const [is, shouldBe] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (is !== shouldBe) throw new WrongAnswer(`${what} is ${is}, and should be ${shouldBe}`);
}

/** @throws WrongAnswer unless it holds */
export function expectThat(what: string, holds: boolean): void {
  if (!holds) throw new WrongAnswer(`${what} does not hold`);
}
