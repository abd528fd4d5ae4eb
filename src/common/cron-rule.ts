import { CronTime } from 'cron';

interface Field {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  /** The length of the cycle after which `*` restarts, where it is constant: a step must divide it. */
  readonly cycle: number | null;
  /** In order; the first name means `min`. */
  readonly names: readonly string[];
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

const FIELDS: readonly Field[] = [
  { name: 'minute', min: 0, max: 59, cycle: 60, names: [] },
  { name: 'hour', min: 0, max: 23, cycle: 24, names: [] },
  { name: 'day of the month', min: 1, max: 31, cycle: null, names: [] },
  { name: 'month', min: 1, max: 12, cycle: 12, names: MONTHS },
  { name: 'day of the week', min: 0, max: 7, cycle: null, names: WEEKDAYS },
];

const MAX_LENGTH = 100;
/** In a leap year, so that a rule for 29 February fires soon after it. */
const ANY_TIME = new Date('2024-01-01T00:00:00Z');

/** Why a cron rule is rejected: malformed, never firing, or misleading. Null: it is accepted. */
export function cronFault(cron: string): string | null {
  if (cron.length > MAX_LENGTH) return `it has more than ${MAX_LENGTH} characters`;
  const items = cron.trim().split(/\s+/);
  if (items.length !== FIELDS.length) {
    return `it must have five fields (${FIELDS.map(({ name }) => name).join(', ')}), such as 0 3 * * *`;
  }
  for (const [index, field] of FIELDS.entries()) {
    for (const item of (items[index] ?? '').split(',')) {
      const fault = itemFault(item.toLowerCase(), field);
      if (fault !== null) return `"${item}" in the ${field.name} ${fault}`;
    }
  }
  if (!isAny(items[2]) && !isAny(items[4])) {
    return 'it restricts both the day of the month and the day of the week, which cron programs combine differently. Set one of them to *';
  }
  return fires(cron) ? null : 'it never fires: the calendar has no such day';
}

export function isTimeZone(name: string): boolean {
  // Node also accepts offsets such as +05:30, which have no daylight saving time.
  if (!/^[a-z][\w+/-]{0,63}$/i.test(name)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

function itemFault(item: string, field: Field): string | null {
  const [, star, first, last, step] = /^(?:(\*)|(\w+)(?:-(\w+))?)(?:\/(\d{1,3}))?$/.exec(item) ?? [];
  if (star !== undefined) return step === undefined ? null : starFault(Number(step), field);
  if (first === undefined) return `is not valid: ${allowed(field)}`;
  const from = valueOf(first, field);
  const to = last === undefined ? from : valueOf(last, field);
  if (from === null || to === null) return `is not valid: ${allowed(field)}`;
  if (from > to) return 'runs backwards: write two ranges';
  if (step === undefined) return null;
  if (last === undefined) return `has a step without a range: write ${from}-${field.max}/${step}`;
  if (Number(step) === 0 || Number(step) > to - from) return `fires at ${from} only: write ${from}`;
  return null;
}

/** `*` with a step reads as "every n", so it must mean that. */
function starFault(step: number, { name, min, max, cycle }: Field): string | null {
  if (step === 0) return 'is not a step';
  if (step === 1 || (cycle !== null && step < cycle && cycle % step === 0)) return null;
  if (step > max - min) return `fires at ${min} only: write ${min}`;
  const restart = cycle === null ? 'it restarts with each cycle' : `it restarts after ${cycle}`;
  return `does not mean every ${step} (${restart}): write ${min}-${name === 'day of the week' ? 6 : max}/${step} if that is intended`;
}

function allowed({ min, max, names }: Field): string {
  const named = names.length === 0 ? '' : `, or ${names[0] ?? ''} to ${names.at(-1) ?? ''}`;
  return `it must be *, or ${min} to ${max}${named}, or a range or list of them`;
}

function valueOf(text: string, { min, max, names }: Field): number | null {
  const named = names.indexOf(text);
  if (named >= 0) return min + named;
  const value = /^\d{1,2}$/.test(text) ? Number(text) : Number.NaN;
  return value >= min && value <= max ? value : null;
}

function isAny(item: string | undefined): boolean {
  return item === '*' || item === '*/1';
}

function fires(cron: string): boolean {
  try {
    new CronTime(cron.trim(), 'UTC').getNextDateFrom(ANY_TIME, 'UTC');
    return true;
  } catch {
    return false;
  }
}
