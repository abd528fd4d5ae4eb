/** What was measured at one time. */
export interface Sample {
  /** In milliseconds. */
  readonly at: number;
  /** By the figures' names. */
  readonly values: Readonly<Record<string, number>>;
}

export interface Figure {
  readonly name: string;
  readonly unit: string;
  /** How much it may be in the last quarter, going by the second; null: as much as it likes. */
  readonly most: ((before: number) => number) | null;
}

export interface Verdict {
  /** Lines: each figure's median and maximum by quarters of the time. */
  readonly table: readonly string[];
  /** Figures that grew. */
  readonly faults: string[];
}

const WARM_UP = 0.1;
const QUARTERS = [0, 1, 2, 3] as const;

/** Whether anything grew between the second quarter and the last; the first tenth of the time does not count. */
export function judge(samples: readonly Sample[], figures: readonly Figure[]): Verdict {
  const [begun = 0, ended = 0] = [samples[0]?.at, samples.at(-1)?.at];
  const warm = begun + WARM_UP * (ended - begun);
  const quarterOf = (at: number): number => Math.min(3, Math.floor((4 * (at - warm)) / (ended - warm)));
  const rows: string[][] = [['', ...QUARTERS.map((quarter) => `quarter ${quarter + 1}`), '']];
  const faults: string[] = [];
  for (const figure of figures) {
    const quarters = QUARTERS.map((quarter) =>
      samples.flatMap(({ at, values }) => (quarterOf(at) === quarter ? (values[figure.name] ?? []) : [])),
    );
    const [, before = Number.NaN, , after = Number.NaN] = quarters.map(median);
    const most = figure.most?.(before) ?? Infinity;
    // Not a number, and so never within bounds, where nothing could be measured.
    const isFlat = after <= most;
    if (!isFlat)
      faults.push(
        `${figure.name} grew from ${shown(before)} to ${shown(after)} ${figure.unit}; at most ${shown(most)}.`,
      );
    const cells = quarters.map((values) => `${shown(median(values))} / ${shown(Math.max(...values))}`);
    rows.push([`${figure.name} ${figure.unit}`.trimEnd(), ...cells, isFlat ? '' : 'grew']);
  }
  return { table: aligned(rows), faults };
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function shown(value: number): string {
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
