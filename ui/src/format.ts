/** How counts, durations and times are written. Everything follows the viewer's language and zone. */

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const counts = new Intl.NumberFormat();
const percents = new Intl.NumberFormat(undefined, { style: 'percent', maximumFractionDigits: 1 });
const decimals = new Intl.NumberFormat(undefined, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const relative = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto' });
const exact = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'long' });
const MOMENT = {
  ...({ weekday: 'short', day: 'numeric', month: 'short' } as const),
  ...({ hour: 'numeric', minute: '2-digit' } as const),
};
const moment = new Intl.DateTimeFormat(undefined, MOMENT);
const day = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });
const weekday = new Intl.DateTimeFormat(undefined, { weekday: 'short' });

/** `1,234` */
export const count = (value: number): string => counts.format(value);

/** `98.7%` of a share from 0 to 1. A share below 1 is never written as 100%. */
export function percent(share: number): string {
  return percents.format(share < 1 ? Math.min(share, 0.999) : share);
}

/** `12.5` */
export const decimal = (value: number): string => decimals.format(value);

/** `1 movie`, `1,234 movies` */
export function plural(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** `0.4 s`, `42 s`, `3 min 12 s`, `2 h 5 min`, `3 d 4 h` */
export function duration(seconds: number): string {
  if (seconds < 10) return `${decimals.format(seconds).replace(/[.,]0$/, '')} s`;
  const whole = Math.round(seconds);
  if (whole < MINUTE) return `${whole} s`;
  if (whole < HOUR) return pair(Math.floor(whole / MINUTE), 'min', whole % MINUTE, 's');
  const minutes = Math.round(seconds / MINUTE);
  if (minutes < DAY / MINUTE) return pair(Math.floor(minutes / 60), 'h', minutes % 60, 'min');
  const hours = Math.round(seconds / HOUR);
  return pair(Math.floor(hours / 24), 'd', hours % 24, 'h');
}

function pair(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}

/** `in 3 hours`, `2 minutes ago`, `now` */
export function relativeTime(time: Date, nowMs: number): string {
  const seconds = (time.getTime() - nowMs) / 1000;
  const size = Math.abs(seconds);
  if (size < 10) return relative.format(0, 'second');
  if (size < MINUTE) return relative.format(Math.round(seconds), 'second');
  if (size < HOUR) return relative.format(Math.round(seconds / MINUTE), 'minute');
  if (size < 2 * DAY) return relative.format(Math.round(seconds / HOUR), 'hour');
  return relative.format(Math.round(seconds / DAY), 'day');
}

/** `Saturday, November 28, 2026 at 9:00:00 AM GMT+1`, in the viewer's zone */
export const exactTime = (time: Date): string => exact.format(time);

/** `Sat, Nov 28, 9:00 AM`, in the viewer's zone */
export const momentOf = (time: Date): string => moment.format(time);

/** `Sat, Nov 28, 9:00 AM`, in a zone such as `Europe/Paris` */
export function momentIn(time: Date, timeZone: string): string {
  return new Intl.DateTimeFormat(undefined, { ...MOMENT, timeZone }).format(time);
}

/** `Nov 28`, in the viewer's zone */
export const dayOf = (time: Date): string => day.format(time);

/** `Sat` */
export const weekdayOf = (time: Date): string => weekday.format(time);

/** `2026-11-28`, the viewer's day */
export function dayKey(time: Date): string {
  const pad = (value: number): string => String(value).padStart(2, '0');
  return `${time.getFullYear()}-${pad(time.getMonth() + 1)}-${pad(time.getDate())}`;
}

/** `now_playing` as `Now playing` */
export function words(name: string): string {
  const text = name.replaceAll('_', ' ').toLowerCase();
  return text.charAt(0).toUpperCase() + text.slice(1);
}
