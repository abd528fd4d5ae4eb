import { hash } from 'node:crypto';
import { LISTED_COLUMNS, type ListedMovie } from '../movie-record.js';

/** ASCII unit separator. A movie with one in a value has no digest. */
const SEPARATOR = '\u001f';
const FIELDS = Object.keys(LISTED_COLUMNS) as (keyof typeof LISTED_COLUMNS)[];
const STORED_VALUES = FIELDS.map((field) => `m."${LISTED_COLUMNS[field].name}"`);

/**
 * Finds the movies that are stored exactly as a list describes them, so that they need not be sent.
 *
 * Parameters: `$1`, ids; `$2`, their digests by `listedDigest`. Result: `ids` of the movies found. A movie that is not
 * found may still be unchanged: values can be equivalent without being byte-identical.
 */
export const STORED_AS_LISTED = `
  SELECT ARRAY(
    SELECT m.id FROM unnest($1::int[], $2::text[]) AS given (id, digest) JOIN movies m USING (id)
    WHERE m.gone_at IS NULL AND digest = encode(sha256(convert_to(
      concat(${STORED_VALUES.join(`, chr(${SEPARATOR.charCodeAt(0)}), `)}), 'UTF8')), 'hex')
  ) AS ids`;

/** SHA-256 in hexadecimal of the values in PostgreSQL's text form; null when a value contains the separator. */
export function listedDigest(movie: ListedMovie): string | null {
  const values = FIELDS.map((field) => postgresText(movie[field]));
  return values.some((value) => value.includes(SEPARATOR)) ? null : hash('sha256', values.join(SEPARATOR));
}

function postgresText(value: ListedMovie[(typeof FIELDS)[number]]): string {
  if (value === null) return '';
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return value ? 't' : 'f';
  if (typeof value === 'number') return JSON.stringify(value);
  return `[${value.map((name) => JSON.stringify(name)).join(', ')}]`;
}
