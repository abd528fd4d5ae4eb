/** Statements about which movies' details are to be asked for. `$1`: the time, unless said otherwise. */

/**
 * Days after which details are asked for again, by the age of the movie. A movie without a date is as an old one, unless
 * its status says that it is still being made.
 */
const DAYS = `CASE
  WHEN release_date IS NULL AND status IN ('Rumored', 'Planned', 'In Production', 'Post Production') THEN 6
  WHEN release_date > $1::timestamptz::date - 60 THEN 6
  WHEN release_date > $1::timestamptz::date - interval '1 year' THEN 14
  WHEN release_date > $1::timestamptz::date - interval '5 years' THEN 45
  ELSE 120
END`;

/** Neither waiting after a failure nor gone; a movie that went is looked for again after 120 days. */
const WANTED = `(enrich_retry_at IS NULL OR enrich_retry_at <= $1::timestamptz)
  AND (gone_at IS NULL OR gone_at < $1::timestamptz - interval '120 days')`;

/** The first condition is what the index on enriched_at serves. */
const AGED = `(enriched_at < $1::timestamptz - interval '6 days'
  AND enriched_at < $1::timestamptz - interval '1 day' * (${DAYS}))`;

const MOST_POPULAR = 'popularity DESC NULLS LAST, id';

/** `$2`: ids. Answers `id`, `due` and `fresh`, those never enriched first, then the most popular. */
export const AMONG = `
  SELECT id, ${WANTED} AND (enriched_at IS NULL OR ${AGED}) AS due,
    enriched_at IS NOT NULL AND NOT ${AGED} AS fresh
  FROM movies WHERE id = ANY($2::int[])
  ORDER BY enriched_at IS NOT NULL, ${MOST_POPULAR}`;

/** `$2`: how many at most. */
export const NEVER_ENRICHED = `
  SELECT id FROM movies WHERE enriched_at IS NULL AND ${WANTED} ORDER BY ${MOST_POPULAR} LIMIT $2::int`;

/** `$2`: how many at most. */
export const ENRICHED_BEFORE = `
  SELECT id FROM movies WHERE ${AGED} AND ${WANTED} ORDER BY ${MOST_POPULAR} LIMIT $2::int`;

/** Past 150 days: TMDB's terms allow six months. The oldest first. */
export const OVERDUE = `
  SELECT id FROM movies WHERE enriched_at < $1::timestamptz - interval '150 days' AND ${WANTED}
  ORDER BY enriched_at`;

/** `$2`: ids. A list may go on naming a movie whose details are gone: it is asked for once a day at most. */
export const MARK_GONE = `
  UPDATE movies SET gone_at = coalesce(gone_at, $1::timestamptz), enrich_tried_at = $1::timestamptz,
    enrich_retry_at = $1::timestamptz + interval '1 day'
  WHERE id = ANY($2::int[])`;

/** `$2`: ids. From the second failure in a row on the wait doubles, from an hour to 30 days. */
export const MARK_FAILED = `
  UPDATE movies SET enrich_failures = enrich_failures + 1, enrich_tried_at = $1::timestamptz,
    enrich_retry_at = CASE WHEN enrich_failures > 0 THEN $1::timestamptz
      + least(interval '1 hour' * 2 ^ least(enrich_failures - 1, 20), interval '30 days') END
  WHERE id = ANY($2::int[])`;

/** As the index on them has it. */
const FAILS_AGAIN = 'enrich_failures > 1';

/** Those with the most failures, first. `$1`: how many at most. */
export const FAILING = `
  SELECT id, title, enrich_failures AS failures, enrich_tried_at AS "triedAt", enrich_retry_at AS "retryAt",
    gone_at AS "goneAt"
  FROM movies WHERE ${FAILS_AGAIN} ORDER BY enrich_failures DESC, id LIMIT $1::int`;

export const COUNT_FAILING = `SELECT count(*)::int AS movies FROM movies WHERE ${FAILS_AGAIN}`;
