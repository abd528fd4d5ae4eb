import { sql, type Sql } from '../../database/prisma.service.js';
import type { GonePage } from '../movie-record.js';

/** Queries on which movies' details are due. */

function timestamp(now: Date): Sql {
  return sql`${now.toISOString()}::timestamptz`;
}

/**
 * Days after which details are stale, by the movie's age. A movie without a release date counts as old, unless its
 * status says that it is still in the making.
 */
function staleAfterDays(now: Date): Sql {
  const today = sql`${timestamp(now)}::date`;
  return sql`CASE
    WHEN release_date IS NULL AND status IN ('Rumored', 'Planned', 'In Production', 'Post Production') THEN 6
    WHEN release_date > ${today} - 60 THEN 6
    WHEN release_date > ${today} - interval '1 year' THEN 14
    WHEN release_date > ${today} - interval '5 years' THEN ${spread(45)}
    ELSE ${spread(120)}
  END`;
}

/** Movies of one night fall due over a quarter of the interval before its end, by their ids: 30 days of 120. */
function spread(days: number): Sql {
  return sql`${days}::int * (1 - id % 30 / 120.0)`;
}

/** A time that lies more than a day ahead was stored by a clock that was wrong. */
function isInFuture(column: Sql, now: Date): Sql {
  return sql`${column} > ${timestamp(now)} + interval '1 day'`;
}

/** TMDB has changed the movie since its details were requested. The condition of the partial index `movies_changed`. */
const HAS_CHANGED = sql`tmdb_changed_at > enriched_at`;

/** The second condition is implied by the third; the index on `enriched_at` serves it and the first. */
export function isStale(now: Date): Sql {
  return sql`(${isInFuture(sql`enriched_at`, now)} OR enriched_at < ${timestamp(now)} - interval '6 days'
    AND enriched_at < ${timestamp(now)} - interval '1 day' * (${staleAfterDays(now)})
    OR tmdb_changed_at IS NOT NULL AND ${HAS_CHANGED})`;
}

/**
 * Neither waiting after a failure nor gone. A movie that is gone is requested again 120 days after the last attempt, and when
 * TMDB's change feed names it.
 */
export function mayBeRequested(now: Date): Sql {
  return sql`(enrich_retry_at IS NULL OR enrich_retry_at <= ${timestamp(now)} OR ${isInFuture(sql`enrich_tried_at`, now)})
    AND (gone_at IS NULL OR enrich_tried_at < ${timestamp(now)} - interval '120 days'
      OR tmdb_changed_at > enrich_tried_at OR ${isInFuture(sql`enrich_tried_at`, now)})`;
}

const MOST_POPULAR_FIRST = sql`popularity DESC NULLS LAST, id`;

/** Selects `id`, `due` and `fresh` of the given movies: never enriched first, then the most popular. */
export function selectDueAmong(ids: readonly number[], now: Date): Sql {
  return sql`
    SELECT id, ${mayBeRequested(now)} AND (enriched_at IS NULL OR ${isStale(now)}) AS due,
      enriched_at IS NOT NULL AND NOT ${isStale(now)} AS fresh
    FROM movies WHERE id = ANY(${ids}::int[])
    ORDER BY enriched_at IS NOT NULL, ${MOST_POPULAR_FIRST}`;
}

/** Selects `id` of movies that were never enriched and are due, the most popular first. */
export function selectNeverEnriched(now: Date, limit: number): Sql {
  return sql`
    SELECT id FROM movies WHERE enriched_at IS NULL AND ${mayBeRequested(now)}
    ORDER BY ${MOST_POPULAR_FIRST} LIMIT ${limit}::int`;
}

/** Selects `id` of movies whose details are stale, the most popular first. */
export function selectStale(now: Date, limit: number): Sql {
  return sql`
    SELECT id FROM movies WHERE ${isStale(now)} AND ${mayBeRequested(now)}
    ORDER BY ${MOST_POPULAR_FIRST} LIMIT ${limit}::int`;
}

/** Selects `id` of movies that an earlier version enriched, whose newer columns are unknown, the most popular first. */
export function selectIncomplete(now: Date, limit: number): Sql {
  return sql`
    SELECT id FROM movies WHERE enriched_at IS NOT NULL AND alternative_titles IS NULL AND ${mayBeRequested(now)}
    ORDER BY ${MOST_POPULAR_FIRST} LIMIT ${limit}::int`;
}

function overdueSince(now: Date): Sql {
  return sql`(${timestamp(now)} - interval '150 days')`;
}

/**
 * Selects `id` of movies that changed at TMDB, and of those whose details, or without details what a list said, are older
 * than 150 days, the oldest details first. TMDB's terms allow six months.
 */
export function selectUrgent(now: Date): Sql {
  return sql`
    SELECT id FROM movies
    WHERE (enriched_at < ${overdueSince(now)} OR ${isInFuture(sql`enriched_at`, now)} OR ${HAS_CHANGED}
      OR enriched_at IS NULL AND updated_at < ${overdueSince(now)} AT TIME ZONE 'UTC')
      AND ${mayBeRequested(now)}
    ORDER BY enriched_at`;
}

/** Selects `at`, when the oldest details that are not overdue were requested. */
export function selectOldestDetails(now: Date): Sql {
  return sql`SELECT min(enriched_at) AS at FROM movies WHERE enriched_at >= ${overdueSince(now)}`;
}

/**
 * Details that were requested before the time are stale from now on. Movies without details are marked too: theirs may be on
 * the way. Rows are locked in the order of their ids, as by batches.
 */
export function updateChanged(ids: readonly number[], at: Date): Sql {
  return sql`
    UPDATE movies SET tmdb_changed_at = ${timestamp(at)} FROM (
      SELECT id FROM movies WHERE id = ANY(${ids}::int[]) AND (enriched_at < ${timestamp(at)} OR enriched_at IS NULL)
        AND (tmdb_changed_at < ${timestamp(at)} OR tmdb_changed_at IS NULL)
      ORDER BY id FOR UPDATE) AS changed
    WHERE movies.id = changed.id`;
}

/** Counts those of the movies that TMDB has not failed to find before. */
export function countFirstNotFound(ids: readonly number[]): Sql {
  return sql`SELECT count(*)::int AS movies FROM movies WHERE id = ANY(${ids}::int[]) AND not_found_at IS NULL`;
}

/** Selects `last`, the date of the last accepted export of all ids; null if none was imported. */
const LAST_EXPORT = sql`SELECT max(last_seen) AS last FROM catalogue`;

/** Two exports of different dates do not name the movie of the catalogue's row `c`. */
const IS_MISSING = sql`c.missing_since < export.last`;

/**
 * A movie of the exports is gone when two of them do not name it, and TMDB does not find it. Another movie, or any while there
 * are no exports of the last days, is gone when TMDB does not find it on another day either. 20 hours, because a daily run
 * does not start at the same second each day. A list may still name such a movie, so it is requested at most once in this time.
 */
export function updateNotFound(ids: readonly number[], now: Date): Sql {
  const at = timestamp(now);
  return sql`
    UPDATE movies SET enrich_tried_at = ${at}, enrich_retry_at = ${at} + interval '20 hours',
      gone_at = CASE WHEN found.is_gone THEN coalesce(gone_at, ${at}) ELSE gone_at END,
      not_found_at = least(not_found_at, ${at})
    FROM (
      SELECT m.id, CASE WHEN c.movie_id IS NOT NULL AND export.last >= ${at}::date - 7 THEN ${IS_MISSING}
        ELSE m.not_found_at <= ${at} - interval '20 hours' END AS is_gone
      FROM movies m CROSS JOIN (${LAST_EXPORT}) AS export LEFT JOIN catalogue c ON c.movie_id = m.id
      WHERE m.id = ANY(${ids}::int[])) AS found
    WHERE movies.id = found.id`;
}

/** Makes movies due that two exports do not name, once: the second export is ready at 8:00 UTC, on the next day at the earliest. */
export const UPDATE_MISSING = sql`
  UPDATE movies SET tmdb_changed_at = missing.since FROM (
    SELECT m.id, since FROM (${LAST_EXPORT}) AS export, catalogue c JOIN movies m ON m.id = c.movie_id,
      LATERAL (SELECT (c.missing_since + 1)::timestamptz + interval '8 hours' AS since) AS second
    WHERE ${IS_MISSING} AND gone_at IS NULL AND enriched_at < since AND (tmdb_changed_at < since OR tmdb_changed_at IS NULL)
    ORDER BY m.id FOR UPDATE OF m) AS missing
  WHERE movies.id = missing.id`;

/** A movie is back when an export of a later day names it. */
export const UPDATE_RETURNED = sql`
  UPDATE movies SET gone_at = NULL FROM (
    SELECT m.id FROM movies m JOIN catalogue c ON c.movie_id = m.id
    WHERE gone_at IS NOT NULL AND missing_since IS NULL AND last_seen > gone_at::date
    ORDER BY m.id FOR UPDATE OF m) AS back
  WHERE movies.id = back.id`;

/** Selects the columns of a GoneMovie in the order of the ids, from behind `after` on. */
export function selectGone({ after, since, limit }: GonePage): Sql {
  return sql`
    SELECT id, gone_at AS "goneAt" FROM movies
    WHERE gone_at IS NOT NULL AND id > ${after}::int
      AND (gone_at >= ${since?.toISOString() ?? null}::timestamptz OR ${since === null})
    ORDER BY id LIMIT ${limit}::int`;
}

/** The first failure does not delay the next request. From the second on the delay doubles, from an hour to 30 days. */
export function updateFailed(ids: readonly number[], now: Date): Sql {
  const at = timestamp(now);
  return sql`
    UPDATE movies SET enrich_failures = enrich_failures + 1, enrich_tried_at = ${at},
      enrich_retry_at = CASE WHEN enrich_failures > 0 THEN ${at}
        + least(interval '1 hour' * 2 ^ least(enrich_failures - 1, 20), interval '30 days') END
    WHERE id = ANY(${ids}::int[])`;
}

/** Selects `id` of all movies: never enriched first, then the most popular. */
export const SELECT_ALL = sql`SELECT id FROM movies ORDER BY enriched_at IS NOT NULL, ${MOST_POPULAR_FIRST}`;

/** The condition of the partial index `movies_failing_idx`. */
const FAILED_REPEATEDLY = sql`enrich_failures > 1`;

/** Selects the columns of a FailingMovie, those with the most failures first. */
export function selectFailing(limit: number): Sql {
  return sql`
    SELECT id, title, enrich_failures AS failures, enrich_tried_at AS "triedAt", enrich_retry_at AS "retryAt",
      gone_at AS "goneAt"
    FROM movies WHERE ${FAILED_REPEATEDLY} ORDER BY enrich_failures DESC, id LIMIT ${limit}::int`;
}

export const COUNT_FAILING = sql`SELECT count(*)::int AS movies FROM movies WHERE ${FAILED_REPEATEDLY}`;
