import { CronTime } from 'cron';

interface Field {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  /** What `*` comes to an end and begins again after, where that is always as long: a step must divide it. */
  readonly cycle: number | null;
  /** In order; the first stands for `min`. */
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
/** A leap year: from here a 29 February is not far. */
const ANY_TIME = new Date('2024-01-01T00:00:00Z');

/** Why a cron can't be taken: not well-formed, never firing, or meaning something else than it says. Null: it can. */
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
    return 'it names days of the month and of the week: some take that for either, others for both. Leave one of them *';
  }
  return fires(cron) ? null : 'it never fires: no such day is in the calendar';
}

export function isTimeZone(name: string): boolean {
  // Letters first: Node takes offsets such as +05:30 as well, which stand for no place and no daylight saving.
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
  if (first === undefined) return `is not understood: ${allowed(field)}`;
  const from = valueOf(first, field);
  const to = last === undefined ? from : valueOf(last, field);
  if (from === null || to === null) return `is not understood: ${allowed(field)}`;
  if (from > to) return 'runs backwards: write two ranges';
  if (step === undefined) return null;
  if (last === undefined) return `has a step without a range: write ${from}-${field.max}/${step}`;
  if (Number(step) === 0 || Number(step) > to - from) return `fires at ${from} only: write ${from}`;
  return null;
}

/** A star and a step read as "every so many", so that must be true. */
function starFault(step: number, { name, min, max, cycle }: Field): string | null {
  if (step === 0) return 'is no step';
  if (step === 1 || (cycle !== null && step < cycle && cycle % step === 0)) return null;
  if (step > max - min) return `fires at ${min} only: write ${min}`;
  const ends = cycle === null ? 'it begins anew' : `it begins anew after ${cycle}`;
  return `is not every ${step} (${ends}): write ${min}-${name === 'day of the week' ? 6 : max}/${step} if that is meant`;
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
