import { hash } from 'node:crypto';
import type { MovieRow } from '../rows.js';
import { LISTED } from './upsert-sql.js';

const SEPARATOR = 0x1f;

/**
 * `$1`: ids; `$2`: digests of what a list says of them. Answers `ids`: those of which the same is stored, so that there is
 * nothing to send. That a movie is not among them says nothing: two rows can be as good as equal in other words.
 */
export const STORED_AS_LISTED = `
  SELECT ARRAY(
    SELECT m.id FROM unnest($1::int[], $2::text[]) AS given (id, digest) JOIN movies m USING (id)
    WHERE m.gone_at IS NULL AND digest = encode(sha256(convert_to(
      concat(${LISTED.map(({ name }) => `m.${name}`).join(`, chr(${SEPARATOR}), `)}), 'UTF8')), 'hex')
  ) AS ids`;

/** Of the values as PostgreSQL writes them. Null: they can't be told apart, for one has the separator in it. */
export function listedDigest(row: MovieRow): string | null {
  const values = LISTED.map(({ key }) => asText(row[key]));
  const separator = String.fromCharCode(SEPARATOR);
  return values.some((value) => value.includes(separator)) ? null : hash('sha256', values.join(separator));
}

function asText(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return value ? 't' : 'f';
  if (Array.isArray(value)) return `[${value.map((name) => JSON.stringify(name)).join(', ')}]`;
  return JSON.stringify(value);
}
