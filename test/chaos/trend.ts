export interface Sample {
  /** In milliseconds, by a monotonic clock. */
  readonly at: number;
  /** By the metrics' names. */
  readonly values: Readonly<Record<string, number>>;
}

export interface Metric {
  readonly name: string;
  readonly unit: string;
  /** The most that the last quarter's median may be, given the second quarter's; null: no limit. */
  readonly limit: ((before: number) => number) | null;
}

export interface Trend {
  /** Lines: each metric's median and maximum in every quarter. */
  readonly table: readonly string[];
  /** The metrics that exceeded their limits. */
  readonly failures: string[];
}

const WARM_UP = 0.1;
const QUARTERS = [0, 1, 2, 3] as const;

/** Compares the second quarter of the measured time with the last. The first tenth of the time is warm-up and ignored. */
export function trendOf(samples: readonly Sample[], metrics: readonly Metric[]): Trend {
  const [first = 0, last = 0] = [samples[0]?.at, samples.at(-1)?.at];
  const start = first + WARM_UP * (last - first);
  const quarterOf = (at: number): number => Math.min(3, Math.floor((4 * (at - start)) / (last - start)));
  const rows: string[][] = [['', ...QUARTERS.map((quarter) => `quarter ${quarter + 1}`), '']];
  const failures: string[] = [];
  for (const metric of metrics) {
    const quarters = QUARTERS.map((quarter) =>
      samples.flatMap(({ at, values }) => (quarterOf(at) === quarter ? (values[metric.name] ?? []) : [])),
    );
    const [, before = Number.NaN, , after = Number.NaN] = quarters.map(median);
    const limit = metric.limit?.(before) ?? Infinity;
    // False for NaN: a metric without values fails.
    const isWithinLimit = after <= limit;
    if (!isWithinLimit)
      failures.push(
        `${metric.name} grew from ${format(before)} to ${format(after)} ${metric.unit}; limit ${format(limit)}.`,
      );
    const cells = quarters.map((values) => `${format(median(values))} / ${format(Math.max(...values))}`);
    rows.push([`${metric.name} ${metric.unit}`.trimEnd(), ...cells, isWithinLimit ? '' : 'grew']);
  }
  return { table: aligned(rows), failures };
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function format(value: number): string {
  return Number.isFinite(value) ? String(Number(value.toPrecision(4))) : '-';
}

function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
