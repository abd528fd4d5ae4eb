import { styleText } from 'node:util';
import { oneLine } from '../one-line.js';

const COLORS = { warn: 'yellow', error: 'red', fatal: 'red' } as const;

/**
 * A line of the JSON log as a person reads it: time of day in UTC, level, context, event or message, then the other
 * fields; the stack of an error below it. Colored on a terminal, unless NO_COLOR is set.
 */
export function readableLine(json: string, stream: NodeJS.WritableStream): string {
  const { level, time, context, event, msg, stack, ...fields } = JSON.parse(json) as Record<string, unknown>;
  const errorStack = (fields.err as { stack?: unknown } | null | undefined)?.stack;
  if (errorStack !== undefined) delete fields.err;
  const label = textOf(level).toUpperCase().padEnd(5);
  const color = COLORS[level as keyof typeof COLORS] as 'yellow' | 'red' | undefined;
  const head = [
    textOf(time).slice(11, 19),
    color === undefined ? label : styleText(color, label, { stream }),
    ...[context, event, msg].filter((part) => part !== undefined && part !== '').map(textOf),
    ...Object.entries(fields).map(([name, value]) => `${name}=${valueOf(value)}`),
  ].join(' ');
  const trace = errorStack ?? stack;
  const below = typeof trace === 'string' ? trace.split('\n').map((line) => `\n    ${oneLine(line)}`) : [];
  return `${head}${below.join('')}\n`;
}

function textOf(value: unknown): string {
  return oneLine(typeof value === 'string' ? value : JSON.stringify(value));
}

/** Quoted where its end would be unclear. */
function valueOf(value: unknown): string {
  return typeof value === 'string' && /^[^\s"=]+$/.test(value)
    ? textOf(value)
    : textOf(JSON.stringify(value));
}
