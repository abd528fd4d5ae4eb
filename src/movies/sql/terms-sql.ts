import { ENRICHED_COLUMNS, ENRICHED_TABLES } from '../movie-record.js';

/** TMDB's terms: how long content may be kept without being refreshed. */
const MAX_AGE = `interval '180 days'`;

/**
 * SQL condition on a movie `m`: TMDB has it, and it was refreshed within 180 days, by its details, or, if it has none, by a
 * change that a list brought or by a list that still names it. May be NULL instead of false.
 * @param now an SQL expression
 */
export function isFresh(now: string): string {
  const cutoff = oldestAllowed(now);
  return `(m.gone_at IS NULL AND (m.enriched_at > ${cutoff} OR m.enriched_at IS NULL AND (m.updated_at > ${cutoff}
    OR EXISTS (SELECT FROM movie_categories c WHERE c.movie_id = m.id AND c.seen_at > ${cutoff}))))`;
}

/** @param now an SQL expression */
export function oldestAllowed(now: string): string {
  return `${now} - ${MAX_AGE}`;
}

const CONTENT = Object.values(ENRICHED_COLUMNS).map(({ name }) => `"${name}"`);
/** In the order in which a writer of movies locks them. */
export const CHILD_TABLES = [
  ...Object.values(ENRICHED_TABLES).map(({ name }) => name),
  'movie_titles',
  'movie_categories',
];

export const HAS_CONTENT = `num_nonnulls(${CONTENT.join(', ')}) > 0`;
/** What remains are the id, the times and the counters of requests. */
export const WITHOUT_CONTENT = `${CONTENT.map((name) => `${name} = NULL`).join(', ')}, enriched_at = NULL`;

/**
 * Empties movies that are gone or that could not be refreshed in time.
 * Parameters: `$1`, the time; `$2`, the most movies. Result: `movies`, how many were emptied.
 */
export const EMPTY_EXPIRED = `
  WITH expired AS MATERIALIZED (
    SELECT id FROM movies m WHERE ${HAS_CONTENT} AND ${isFresh('$1::timestamptz')} IS NOT TRUE
    ORDER BY id LIMIT $2::int FOR UPDATE
  ), ${CHILD_TABLES.map((table) => `${table}_deleted AS (DELETE FROM ${table} WHERE movie_id IN (SELECT id FROM expired))`).join(', ')},
  emptied AS (
    UPDATE movies SET ${WITHOUT_CONTENT}, updated_at = $1::timestamptz AT TIME ZONE 'UTC'
    FROM expired WHERE movies.id = expired.id RETURNING movies.id
  )
  SELECT count(*)::int AS movies FROM emptied`;
