import type { Bench, Figure, Sample } from './bench.js';
import type { Lab } from './lab.js';
import { summarize, type Summary } from './statistics.js';
import type { Target } from './target.js';

/** What one figure of a bench came to. */
export interface Result {
  readonly bench: string;
  readonly figure: Figure;
  /** By the targets' names. */
  readonly of: Readonly<Record<string, Summary & { readonly values: readonly number[] }>>;
}

/** Measures all targets by turns, so that a machine that is busy for a while slows them alike. */
export async function runBench(
  bench: Bench,
  targets: readonly Target[],
  lab: Lab,
  say: (text: string) => void,
): Promise<readonly Result[]> {
  const samples = new Map<Target, Sample[]>(targets.map((target) => [target, []]));
  const started = performance.now();
  for (let turn = -bench.warmUps; turn < bench.repeats; turn++) {
    for (const target of targets) {
      const sample = await bench.measure(target, lab);
      if (turn >= 0) samples.get(target)?.push(sample);
    }
  }
  say(`${bench.name}: ${((performance.now() - started) / 1_000).toFixed(0)} s\n`);
  return bench.figures.map((figure) => ({
    bench: bench.name,
    figure,
    of: Object.fromEntries(
      [...samples].map(([{ name }, taken]) => {
        const values = taken.map((sample) => valueOf(sample, figure, bench));
        return [name, { ...summarize(values), values }];
      }),
    ),
  }));
}

function valueOf(sample: Sample, figure: Figure, bench: Bench): number {
  const value = sample[figure.name];
  if (value === undefined) throw new Error(`The bench ${bench.name} did not measure "${figure.name}".`);
  return value;
}

/** Null: it has no goal. */
export function isMet({ goal }: Figure, value: number): boolean | null {
  if (goal === undefined) return null;
  return 'atLeast' in goal ? value >= goal.atLeast : value <= goal.atMost;
}
