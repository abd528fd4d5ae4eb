import { type Sql, sql } from '../../database/prisma.service.js';
import type { SearchForm } from './search-query.js';
import { titleQueries } from './title-tokens.js';

/** Kinds of match, the best first. */
export const MATCHES = ['exact', 'prefix', 'words', 'typo'] as const;
export type Match = (typeof MATCHES)[number];

/** Titles that one index scan yields at most. A scan that reaches it is complemented by the most popular movies. */
const CANDIDATES = 1_000;
/** With a year, which few of the candidates have. */
const CANDIDATES_OF_YEARS = 5_000;
/** How many of the most popular movies a search reads when its words are frequent. */
const POPULAR = 5_000;
/** Typos are ranked among these. */
const SIMILAR = 2_000;
const MOST_SIMILAR = 100;

/** The expression of the index `movie_titles_words_idx`. */
const WORDS = sql`array_to_tsvector(coalesce(t.tokens, string_to_array(t.title, ' ')))`;
const VISIBLE = sql`m.gone_at IS NULL AND m.adult IS NOT TRUE`;
/** The order of the index `movies_by_popularity`, read backwards. */
const MOST_POPULAR = sql`
  SELECT id, popularity, gone_at, adult FROM movies WHERE popularity IS NOT NULL
  ORDER BY popularity DESC, id DESC LIMIT ${POPULAR}`;

/** Selects `ready`. Few movies are sorted fast enough without the index. */
export const SELECT_READY = sql`
  SELECT EXISTS (SELECT FROM movie_titles_fill WHERE finished_at IS NOT NULL) AND (
    EXISTS (SELECT FROM pg_index WHERE indexrelid = to_regclass('movies_by_popularity') AND indisvalid)
    OR (SELECT count(*) FROM (SELECT FROM movies LIMIT ${POPULAR}) AS few) < ${POPULAR}
  ) AS ready`;

/**
 * Selects `id` and `rank` of the movies with a title that equals the form, begins with it, or has its words. `rank` is
 * twice the index in MATCHES, and one more for titles that are not the movie's main ones. The work is bounded: each index
 * scan ends after so many titles, and then the most popular movies are compared one by one.
 */
export function selectMatches({ title, year }: SearchForm, limit: number): Sql {
  const { indexed, full } = titleQueries(title);
  const most = year === null ? CANDIDATES : CANDIDATES_OF_YEARS;
  const isExact = sql`t.title = ${title} COLLATE "C"`;
  const words =
    indexed === null
      ? sql`SELECT * FROM movie_titles WHERE false`
      : sql`SELECT * FROM movie_titles t WHERE ${WORDS} @@ ${indexed}::tsquery LIMIT ${most}`;
  return sql`
    WITH prefixed AS MATERIALIZED (SELECT * FROM movie_titles t WHERE ${hasPrefix(title)} LIMIT ${most}),
    with_words AS MATERIALIZED (${words}),
    popular AS (
      SELECT t.* FROM (${MOST_POPULAR}) m
      CROSS JOIN LATERAL (
        SELECT * FROM movie_titles t WHERE t.movie_id = m.id AND (${hasPrefix(title)} OR ${WORDS} @@ ${full}::tsquery) OFFSET 0
      ) t
      WHERE ${most} IN ((SELECT count(*) FROM prefixed), (SELECT count(*) FROM with_words))
    )
    SELECT m.id, min(CASE WHEN ${isExact} THEN 0 WHEN ${hasPrefix(title)} THEN 2 ELSE 4 END
        + CASE WHEN t.main THEN 0 ELSE 1 END)::int AS rank, m.popularity
    FROM (
      (SELECT * FROM movie_titles t WHERE ${isExact} LIMIT ${most})
      UNION ALL SELECT * FROM prefixed UNION ALL SELECT * FROM with_words UNION ALL SELECT * FROM popular
    ) t JOIN movies m ON m.id = t.movie_id
    WHERE ${VISIBLE} AND ${releasedIn(year)}
    GROUP BY m.id ORDER BY rank, m.popularity DESC NULLS LAST, m.id LIMIT ${limit}`;
}

/** Selects `id`, `title` and `popularity` of movies with one of the titles, or with one similar by trigrams. Requires pg_trgm. */
export function selectSimilar({ title, year }: SearchForm, oneEditAway: readonly string[]): Sql {
  return sql`
    SELECT m.id, m.popularity, t.title FROM (
      (SELECT movie_id, title FROM movie_titles t WHERE t.title = ANY(${oneEditAway}::text[]) LIMIT ${SIMILAR})
      UNION
      (SELECT movie_id, title FROM (
        SELECT movie_id, title FROM movie_titles t WHERE t.title %> ${title} LIMIT ${SIMILAR}
      ) AS similar ORDER BY similarity(title, ${title}) DESC LIMIT ${MOST_SIMILAR})
    ) t JOIN movies m ON m.id = t.movie_id
    WHERE ${VISIBLE} AND ${releasedIn(year)}`;
}

/** Selects `id` of the most popular movies with a title that begins with the prefix. The work is bounded as above. */
export function selectSuggestions(prefix: string, limit: number): Sql {
  return sql`
    WITH prefixed AS MATERIALIZED (
      SELECT movie_id FROM movie_titles t WHERE ${hasPrefix(prefix)} LIMIT ${CANDIDATES}
    ), popular AS MATERIALIZED (
      SELECT m.id FROM (${MOST_POPULAR}) m
      CROSS JOIN LATERAL (SELECT FROM movie_titles t WHERE t.movie_id = m.id AND ${hasPrefix(prefix)} LIMIT 1) t
      WHERE ${VISIBLE} AND (SELECT count(*) = ${CANDIDATES} FROM prefixed) LIMIT ${limit}
    ), chosen AS (
      SELECT id FROM popular
      UNION SELECT movie_id FROM prefixed WHERE (SELECT count(*) < ${limit} FROM popular)
    )
    SELECT m.id FROM chosen JOIN movies m USING (id) WHERE ${VISIBLE}
    ORDER BY m.popularity DESC NULLS LAST, m.id LIMIT ${limit}`;
}

/** SQL condition on `t.title`, whose collation is C. No character sorts after U+10FFFF. */
function hasPrefix(prefix: string): Sql {
  return sql`(t.title >= ${prefix} AND t.title < ${`${prefix}\u{10ffff}`})`;
}

function releasedIn(year: number | null): Sql {
  if (year === null) return sql`true`;
  return sql`m.release_date >= make_date(${year}::int, 1, 1) AND m.release_date < make_date(${year}::int + 1, 1, 1)`;
}
