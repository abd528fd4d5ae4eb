import { UnusableBodyError } from './unusable-body-error.js';

/** Largest value of PostgreSQL's INTEGER; TMDB's ids are smaller. */
export const MAX_INT4 = 2 ** 31 - 1;

export type JsonObject = Readonly<Record<string, unknown>>;

export function asObject(value: unknown): JsonObject | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : null;
}

/** Without NUL and lone surrogates, which PostgreSQL cannot store. Empty text is null. */
export function asText(value: unknown): string | null {
  if (typeof value !== 'string') return null;
  // NUL is rare, and `includes` is faster than a `replaceAll` that replaces nothing.
  const text = (value.includes('\0') ? value.replaceAll('\0', '') : value).toWellFormed();
  return text === '' ? null : text;
}

/** A finite number. TMDB sometimes sends numbers as strings. */
export function asNumber(value: unknown): number | null {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : null;
}

/** A whole number from 0 to `max`. */
export function asCount(value: unknown, max: number = MAX_INT4): number | null {
  const number = asNumber(value);
  return number !== null && Number.isInteger(number) && number >= 0 && number <= max ? number : null;
}

/** A whole number from 1 to `max`: TMDB sends 0 for an unknown amount. */
export function asAmount(value: unknown, max?: number): number | null {
  const count = asCount(value, max);
  return count === 0 ? null : count;
}

/** A TMDB id: a whole number from 1. */
export function asId(value: unknown): number | null {
  return typeof value === 'number' ? asAmount(value) : null;
}

/** A string that matches the pattern as a whole. */
export function asMatch(value: unknown, pattern: RegExp): string | null {
  return typeof value === 'string' && pattern.test(value) ? value : null;
}

/** An ISO 3166-1 code, or one of TMDB's own for a former country: `DE`. */
export function asCountry(value: unknown): string | null {
  return asMatch(value, /^[A-Z]{2}$/);
}

/** An ISO 639-1 code, or one of TMDB's own: `xx` is no language. */
export function asLanguage(value: unknown): string | null {
  return asMatch(value, /^[a-z]{2}$/);
}

/** The path of an image at TMDB, without its size: `/abc.jpg`. Readers append it to a URL. */
export function asImagePath(value: unknown): string | null {
  return asMatch(value, /^\/(?!\.)[\w.-]+$/);
}

/** @throws UnusableBodyError when the list has more than `max` elements, so that no response fills the memory */
export function asList(value: unknown, name: string, max: number): readonly unknown[] | null {
  if (!Array.isArray(value)) return null;
  if (value.length <= max) return value as unknown[];
  throw new UnusableBodyError(`${name} has ${value.length} elements, more than ${max}`);
}

export function asBoolean(value: unknown): boolean | null {
  return typeof value === 'boolean' ? value : null;
}

/** TMDB writes an instant as `2013-05-01T12:00:00.000Z`, and in old entries as `2013-05-01 12:00:00 UTC`. */
const INSTANT = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}:\d{2}(?:\.\d+)?) ?(Z|UTC|[+-]\d{2}:\d{2})?$/;

/** Milliseconds since 1970. An instant without an offset is in UTC. */
export function asInstant(value: unknown): number | null {
  const match = typeof value === 'string' ? INSTANT.exec(value.trim()) : null;
  if (match === null) return null;
  const [, day, time, offset = 'UTC'] = match;
  const ms = Date.parse(`${day}T${time}${offset === 'UTC' ? 'Z' : offset}`);
  return Number.isNaN(ms) ? null : ms;
}

/** `YYYY-MM-DD` of an existing day from year 1 on. TMDB sends "" for an unknown date. */
export function asDate(value: unknown): string | null {
  const match = typeof value === 'string' ? /^(\d{4})-(\d{2})-(\d{2})$/.exec(value) : null;
  if (match === null || match[1] === '0000') return null;
  const date = new Date(`${match[0]}T00:00:00Z`);
  return Number.isNaN(date.getTime()) || date.toISOString().slice(0, 10) !== match[0] ? null : match[0];
}
