/** Rows of the exports; gone when the transaction ends. */
export const CREATE_STAGING = `
  CREATE TEMPORARY TABLE catalogue_staging (
    movie_id INTEGER NOT NULL, adult BOOLEAN NOT NULL, video BOOLEAN NOT NULL, popularity DOUBLE PRECISION NOT NULL
  ) ON COMMIT DROP`;

export const COPY_STAGING = 'COPY catalogue_staging (movie_id, adult, video, popularity) FROM STDIN';

/** Selects `today` and `yesterday`, dates in UTC by the server's clock, and the last accepted import, if there is one. */
export const SELECT_STATE = `
  SELECT (now() AT TIME ZONE 'UTC')::date::text AS today, ((now() AT TIME ZONE 'UTC')::date - 1)::text AS yesterday,
    last.export_date::text AS "lastDay", last.movies,
    (SELECT adult_movies FROM catalogue_imports WHERE adult_movies IS NOT NULL ORDER BY export_date DESC LIMIT 1) AS adult,
    last.adult_movies IS NOT NULL AS "hasAdult"
  FROM (SELECT) AS one LEFT JOIN LATERAL (
    SELECT * FROM catalogue_imports ORDER BY export_date DESC LIMIT 1) AS last ON true`;

/** Selects an id that one of the two exports names twice. */
export const SELECT_DUPLICATE =
  'SELECT movie_id AS id FROM catalogue_staging GROUP BY movie_id, adult HAVING count(*) > 1 LIMIT 1';

/** A movie that both exports name has moved between them. $1: their date. */
export const MERGE = `
  INSERT INTO catalogue AS c (movie_id, adult, video, popularity, first_seen, last_seen)
  SELECT DISTINCT ON (movie_id) movie_id, adult, video, popularity, $1::date, $1::date
  FROM catalogue_staging ORDER BY movie_id, adult
  ON CONFLICT (movie_id) DO UPDATE SET
    adult = excluded.adult, video = excluded.video, popularity = excluded.popularity, last_seen = excluded.last_seen,
    missing_since = NULL`;

/** $1: the date; $2: whether the export of adult movies was imported, too. */
export const MARK_MISSING = `
  UPDATE catalogue SET missing_since = $1::date
  WHERE last_seen < $1::date AND missing_since IS NULL AND ($2::boolean OR NOT adult)`;

/** Refused when the lease is lost. $1: the date; $2 and $3: rows; $4 and $5: the run and its fencing token. */
export const RECORD_IMPORT = `
  INSERT INTO catalogue_imports (export_date, imported_at, movies, adult_movies, run_id)
  SELECT $1::date, now(), $2, $3::int, id FROM pipeline_runs
  WHERE id = $4 AND status = 'RUNNING' AND times_resumed = $5
  ON CONFLICT (export_date) DO UPDATE SET
    imported_at = excluded.imported_at, movies = excluded.movies, adult_movies = excluded.adult_movies, run_id = excluded.run_id`;
