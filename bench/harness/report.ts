import { isMet, type Result } from './runner.js';
import type { Summary } from './statistics.js';

/** A Markdown table with a row for each figure: its median, range and goal, and the median of the ref to compare with. */
export function table(results: readonly Result[], against: string | null): string {
  const head = [
    'bench',
    'figure',
    'median',
    'from … to',
    'goal',
    '',
    ...(against === null ? [] : [against, 'change']),
  ];
  const rows = results.map(({ bench, figure, of }) => {
    const now = of.now;
    const then = against === null ? undefined : of[against];
    if (now === undefined) throw new Error(`The bench ${bench} has no figure "${figure.name}".`);
    const met = isMet(figure, now.median);
    return [
      bench,
      figure.name,
      `${short(now.median)} ${figure.unit}`.trim(),
      range(now),
      goalOf(figure.goal),
      met === null ? '' : met ? 'met' : 'MISSED',
      ...(then === undefined ? [] : [`${short(then.median)} ${figure.unit}`.trim(), change(now, then)]),
    ];
  });
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const rule = line(widths.map((width) => '-'.repeat(width)));
  return [line(head), rule, ...rows.map(line)].join('\n');
}

function goalOf(goal: Result['figure']['goal']): string {
  if (goal === undefined) return '';
  return 'atLeast' in goal ? `≥ ${goal.atLeast}` : `≤ ${goal.atMost}`;
}

function range({ min, max }: Summary): string {
  return min === max ? '' : `${short(min)} … ${short(max)}`;
}

function change(now: Summary, then: Summary): string {
  return then.median === 0 ? '' : `${short(now.median / then.median)} ×`;
}

/** About three significant digits. */
function short(value: number): string {
  if (!Number.isFinite(value)) return '–';
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : Math.abs(value) >= 1 ? 2 : 3;
  return Number(value.toFixed(digits)).toString();
}
