import type { RowTable } from '../movie-record.js';

/**
 * Parts of the statement that stores a batch, for a list whose elements are rows of a table of their own. `field` is the
 * JSON array in the record. It is the whole truth: rows that it lacks are deleted.
 */

/** SQL condition: whether the stored rows of the record `g` differ from its list. */
export function rowsDiffer(field: string, { name }: RowTable): string {
  // Keys are unique on both sides, so lists of one length are equal when one contains the other.
  return `(SELECT count(*) <> jsonb_array_length(g."${field}")
      OR NOT coalesce(bool_and(g."${field}" @> jsonb_build_array(to_jsonb(t) - 'movie_id')), true)
    FROM ${name} t WHERE t.movie_id = g.id)`;
}

/** Name of the column of `compared` that holds the result of `rowsDiffer`. */
export function differFlag(field: string): string {
  return `"${field}_differ"`;
}

/**
 * Two common table expressions that delete and upsert the rows of the records whose list differs. They read `compared`,
 * and `written`, which has the ids of the movies: the lock on a movie's row comes first, so that two batches cannot
 * deadlock.
 */
export function replaceRows(field: string, { name, key, values }: RowTable): string {
  const keys = Object.keys(key).map((column) => `"${column}"`);
  const columns = [...keys, ...Object.keys(values).map((column) => `"${column}"`)];
  const changed = `written w JOIN compared g ON g.id = w.id AND g.${differFlag(field)}`;
  const given = (of: Readonly<Record<string, string>>): string =>
    `jsonb_to_recordset(g."${field}") AS given(${typed(of)})`;
  const row = (of: string): string => `ROW(${columns.map((column) => `${of}.${column}`).join(', ')})`;
  return `
    ${field}_deleted AS (
      DELETE FROM ${name} t USING ${changed}
      WHERE t.movie_id = g.id AND NOT EXISTS (
        SELECT FROM ${given(key)} WHERE ${keys.map((column) => `given.${column} = t.${column}`).join(' AND ')})
    ), ${field}_stored AS (
      INSERT INTO ${name} AS t (movie_id, ${columns.join(', ')})
      SELECT g.id, given.* FROM ${changed}, ${given({ ...key, ...values })}
      ORDER BY g.id, ${keys.map((column) => `given.${column}`).join(', ')}
      ON CONFLICT (movie_id, ${keys.join(', ')}) DO UPDATE
      SET ${Object.keys(values)
        .map((column) => `"${column}" = excluded."${column}"`)
        .join(', ')}
      WHERE ${row('t')} IS DISTINCT FROM ${row('excluded')}
    )`;
}

function typed(columns: Readonly<Record<string, string>>): string {
  return Object.entries(columns)
    .map(([column, type]) => `"${column}" ${type}`)
    .join(', ');
}
