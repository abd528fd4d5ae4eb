import type { Bench, Figure, Sample } from './bench.js';
import type { Environment } from './environment.js';
import { summarize, type Summary } from './statistics.js';
import type { Target } from './target.js';

/** The measured values of one figure. */
export interface Result {
  readonly bench: string;
  readonly figure: Figure;
  /** By the targets' names. */
  readonly of: Readonly<Record<string, Summary & { readonly values: readonly number[] }>>;
}

/** Alternates between the targets, so that a machine that is busy for a while slows all of them. */
export async function runBench(
  bench: Bench,
  targets: readonly Target[],
  environment: Environment,
  log: (text: string) => void,
): Promise<readonly Result[]> {
  const samples = new Map<Target, Sample[]>(targets.map((target) => [target, []]));
  const started = performance.now();
  for (let round = -bench.warmUps; round < bench.repeats; round++) {
    for (const target of targets) {
      const sample = await bench.measure(target, environment);
      if (round >= 0) samples.get(target)?.push(sample);
    }
  }
  log(`${bench.name}: ${((performance.now() - started) / 1_000).toFixed(0)} s\n`);
  return bench.figures.map((figure) => ({
    bench: bench.name,
    figure,
    of: Object.fromEntries(
      [...samples].map(([{ name }, measured]) => {
        const values = measured.map((sample) => valueOf(sample, figure, bench));
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

/** Null for a figure without a goal. */
export function isMet({ goal }: Figure, value: number): boolean | null {
  if (goal === undefined) return null;
  return 'atLeast' in goal ? value >= goal.atLeast : value <= goal.atMost;
}
