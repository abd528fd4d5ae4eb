export interface Summary {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** @param values at least one */
export function summarize(values: readonly number[]): Summary {
  return { median: percentile(values, 50), min: Math.min(...values), max: Math.max(...values) };
}

/** The nearest-rank percentile. The median of an even number of values is the mean of the middle two. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const rank = (sorted.length * percent) / 100;
  const upper = sorted[Math.max(0, Math.ceil(rank) - 1)] ?? Number.NaN;
  const isBetween = percent === 50 && Number.isInteger(rank);
  return isBetween ? (upper + (sorted[rank] ?? upper)) / 2 : upper;
}

export function median(values: readonly number[]): number {
  return percentile(values, 50);
}
