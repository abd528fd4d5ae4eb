import { ENRICHED_TABLES, type RowTable } from '../movie-record.js';

export type RowField = keyof typeof ENRICHED_TABLES;

/** SQL condition: whether the stored rows of the record `g` differ from the elements of its field. */
export function rowsDiffer(field: string, { name }: RowTable): string {
  // Keys are unique on both sides, so lists of one length are equal when one contains the other.
  return `(SELECT count(*) <> jsonb_array_length(g."${field}")
      OR NOT coalesce(bool_and(g."${field}" @> jsonb_build_array(to_jsonb(t) - 'movie_id')), true)
    FROM ${name} t WHERE t.movie_id = g.id)`;
}

/**
 * The statement that replaces the rows of movies. Rows that are equal are not written.
 *
 * Parameters: `$1`, the ids of the movies; `$2`, all their rows, with `movie_id`, as a JSON array in UTF-8. The ids are
 * separate because PostgreSQL estimates their rows correctly in a table without statistics too. The caller has locked the
 * movies' own rows, so that two batches cannot deadlock.
 */
function replaceRows({ name, key, values }: RowTable): string {
  const keys = ['movie_id', ...Object.keys(key)].map((column) => `"${column}"`);
  const others = Object.keys(values).map((column) => `"${column}"`);
  const types = Object.entries({ movie_id: 'int', ...key, ...values });
  const row = (of: string): string => `ROW(${others.map((column) => `${of}.${column}`).join(', ')})`;
  return `
    WITH given AS MATERIALIZED (
      SELECT * FROM jsonb_to_recordset(convert_from($2, 'UTF8')::jsonb)
        AS rows(${types.map(([column, type]) => `"${column}" ${type}`).join(', ')})
    ), deleted AS (
      DELETE FROM ${name} t WHERE t.movie_id = ANY($1::int[]) AND NOT EXISTS (
        SELECT FROM given WHERE ${keys.map((column) => `given.${column} = t.${column}`).join(' AND ')})
    )
    INSERT INTO ${name} AS t (${[...keys, ...others].join(', ')})
    SELECT * FROM given ORDER BY ${keys.join(', ')}
    ON CONFLICT (${keys.join(', ')}) DO UPDATE SET ${others.map((column) => `${column} = excluded.${column}`).join(', ')}
    WHERE ${row('t')} IS DISTINCT FROM ${row('excluded')}`;
}

export const REPLACE_ROWS = {
  translations: replaceRows(ENRICHED_TABLES.translations),
  releases: replaceRows(ENRICHED_TABLES.releases),
} satisfies Record<RowField, string>;
