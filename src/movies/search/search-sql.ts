import { type Sql, sql } from '../../database/prisma.service.js';
import type { SearchForm } from './search-query.js';
import { titleQuery } from './title-tokens.js';

/** Kinds of match, the best first. */
export const MATCHES = ['exact', 'prefix', 'words', 'typo'] as const;
export type Match = (typeof MATCHES)[number];

/** Titles that one index scan yields at most. A scan that reaches it is complemented by the most popular movies. */
const CANDIDATES = 1_000;
/** With a year, which few of the candidates have. */
const CANDIDATES_OF_YEARS = 3_000;
/** How many of the most popular movies a search reads when its words are frequent. */
const POPULAR = 3_000;
/** Typos are ranked among these. */
const SIMILAR = 2_000;
const MOST_SIMILAR = 100;

/** The expression of the index `movie_titles_words_idx`. */
const WORDS = sql`array_to_tsvector(coalesce(t.tokens, string_to_array(t.title, ' ')))`;
const VISIBLE = sql`m.gone_at IS NULL AND m.adult IS NOT TRUE`;
/** Read from the end of the index `movies_by_popularity`. */
const MOST_POPULAR = sql`
  SELECT id, popularity FROM movies WHERE popularity IS NOT NULL ORDER BY popularity DESC, id DESC LIMIT ${POPULAR}`;

/** Selects `ready`. Few movies are sorted fast enough without the index. */
export const SELECT_READY = sql`
  SELECT EXISTS (SELECT FROM movie_titles_fill WHERE finished_at IS NOT NULL) AND (
    EXISTS (SELECT FROM pg_index WHERE indexrelid = to_regclass('movies_by_popularity') AND indisvalid)
    OR (SELECT count(*) FROM (SELECT FROM movies LIMIT ${POPULAR}) AS few) < ${POPULAR}
  ) AS ready`;

/**
 * Selects `id`, `rank` and `popularity` of the movies with a title that equals the form, begins with it, or has its words.
 * `rank` is twice the index in MATCHES, and one more for titles that are not the movie's main ones. The work is bounded:
 * each index scan ends after a fixed number of titles, and then the titles of the most popular movies are compared one by one.
 */
export function selectMatches({ title, year }: SearchForm, limit: number): Sql {
  const { indexed, isComplete, patterns } = titleQuery(title);
  const most = year === null ? CANDIDATES : CANDIDATES_OF_YEARS;
  const hasWords = sql`' ' || t.title || ' ' LIKE ALL (${patterns}::text[])`;
  const words =
    indexed === null
      ? sql`SELECT * FROM movie_titles WHERE false`
      : sql`SELECT * FROM movie_titles t WHERE ${WORDS} @@ ${indexed}::tsquery
          AND (SELECT count(*) < ${most} FROM prefixed) LIMIT ${most}`;
  // Equal titles are the first of those that begin so. Where these are many, further ones are not needed.
  return sql`
    WITH prefixed AS MATERIALIZED (
      SELECT * FROM movie_titles t WHERE ${hasPrefix(title)} ORDER BY title LIMIT ${most}
    ), with_words AS MATERIALIZED (${words}
    ), popular AS (
      SELECT t.* FROM (${MOST_POPULAR}) m
      -- OFFSET keeps the comparison below from becoming a condition of another index.
      CROSS JOIN LATERAL (SELECT movie_id, title, main FROM movie_titles t WHERE t.movie_id = m.id OFFSET 0) t
      WHERE ${hasWords} AND (
        NOT ${isComplete} OR ${most} IN ((SELECT count(*) FROM prefixed), (SELECT count(*) FROM with_words)))
    ), matched AS MATERIALIZED (
      SELECT movie_id, min(CASE WHEN title = ${title} THEN 0 WHEN ${hasPrefix(title)} THEN 2 ELSE 4 END
        + CASE WHEN main THEN 0 ELSE 1 END)::int AS rank
      FROM (
        SELECT movie_id, title, main FROM prefixed
        UNION ALL SELECT movie_id, title, main FROM with_words t WHERE ${isComplete} OR ${hasWords}
        UNION ALL SELECT * FROM popular
      ) t GROUP BY movie_id
    )
    SELECT m.id, rank, m.popularity FROM matched t ${visibleMovies(year)}
    ORDER BY rank, m.popularity DESC NULLS LAST, m.id LIMIT ${limit}`;
}

/** Selects `id`, `title` and `popularity` of movies with one of the titles. */
export function selectTitled(titles: readonly string[], year: number | null): Sql {
  return sql`
    SELECT m.id, m.popularity, t.title FROM (
      SELECT movie_id, title FROM movie_titles t WHERE t.title = ANY(${titles}::text[]) LIMIT ${CANDIDATES}
    ) t ${visibleMovies(year)}`;
}

/** Selects `id`, `title` and `popularity` of movies with a title that is similar by trigrams. Requires pg_trgm. */
export function selectSimilar({ title, year }: SearchForm): Sql {
  return sql`
    SELECT m.id, m.popularity, t.title FROM (
      SELECT movie_id, title FROM (
        SELECT movie_id, title FROM movie_titles t WHERE t.title %> ${title} LIMIT ${SIMILAR}
      ) AS alike ORDER BY similarity(title, ${title}) DESC LIMIT ${MOST_SIMILAR}
    ) t ${visibleMovies(year)}`;
}

/** Selects `id` of the most popular movies with a title that begins with the prefix. The work is bounded as above. */
export function selectSuggestions(prefix: string, limit: number): Sql {
  return sql`
    WITH prefixed AS MATERIALIZED (
      SELECT movie_id FROM movie_titles t WHERE ${hasPrefix(prefix)} ORDER BY title LIMIT ${CANDIDATES}
    ), popular AS MATERIALIZED (
      SELECT m.id FROM (${MOST_POPULAR}) p
      CROSS JOIN LATERAL (SELECT movie_id FROM movie_titles t WHERE t.movie_id = p.id AND ${hasPrefix(prefix)} LIMIT 1) t
      ${visibleMovies(null)}
      WHERE (SELECT count(*) = ${CANDIDATES} FROM prefixed)
      ORDER BY p.popularity DESC, p.id DESC LIMIT ${limit}
    ), chosen AS (
      SELECT id AS movie_id FROM popular
      UNION SELECT movie_id FROM prefixed WHERE (SELECT count(*) < ${limit} FROM popular)
    )
    SELECT m.id FROM chosen t ${visibleMovies(null)}
    ORDER BY m.popularity DESC NULLS LAST, m.id LIMIT ${limit}`;
}

/** SQL condition on `t.title`, whose collation is C. No character sorts after U+10FFFF. */
function hasPrefix(prefix: string): Sql {
  return sql`(t.title >= ${prefix} AND t.title < ${`${prefix}\u{10ffff}`})`;
}

/** Joins the movies of the rows `t` one by one: their number is bounded, and a planner without statistics reads all movies. */
function visibleMovies(year: number | null): Sql {
  return sql`CROSS JOIN LATERAL (
    SELECT id, popularity FROM movies m WHERE m.id = t.movie_id AND ${VISIBLE} AND ${releasedIn(year)} OFFSET 0) m`;
}

function releasedIn(year: number | null): Sql {
  if (year === null) return sql`true`;
  return sql`m.release_date >= make_date(${year}::int, 1, 1) AND m.release_date < make_date(${year}::int + 1, 1, 1)`;
}
