import type { Environment } from './environment.js';
import type { Target } from './target.js';

/** A number that a bench measures, and its goal. */
export interface Figure {
  readonly name: string;
  /** Printed after the number; empty for ratios and counts. */
  readonly unit: string;
  readonly goal?: { readonly atLeast: number } | { readonly atMost: number };
}

/** One measurement: a number for each figure, by the figure's name. */
export type Sample = Readonly<Record<string, number>>;

export interface Bench {
  readonly name: string;
  /** What is measured, in one line. */
  readonly about: string;
  readonly figures: readonly Figure[];
  /** Counted measurements of each target. */
  readonly repeats: number;
  /** Measurements before those, which are not counted. */
  readonly warmUps: number;
  /**
   * Ends everything that it starts.
   * @throws WrongResult when the measured work did not do what it should
   */
  measure(target: Target, environment: Environment): Promise<Sample>;
}

/** The measured work did not do what it should, so its speed means nothing. */
export class WrongResult extends Error {
  override readonly name = 'WrongResult';
}

/** @throws WrongResult unless both are equal as JSON */
export function expectEqual(what: string, actual: unknown, expected: unknown): void {
  const [found, wanted] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (found !== wanted) throw new WrongResult(`${what}: ${found}, expected ${wanted}`);
}

/** @throws WrongResult unless `holds` */
export function expectThat(what: string, holds: boolean): void {
  if (!holds) throw new WrongResult(`Expected, but false: ${what}`);
}
