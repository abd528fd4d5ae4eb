import type { Client } from 'pg';

const CHUNK = 100_000;
const WORDS =
  'night day love death king queen city river dark light last first lost blue red black white house road man woman boy girl ' +
  'dream war peace star moon sun sea island mountain forest winter summer spring storm fire water stone glass paper gold ' +
  'silver iron shadow mirror secret silence voice song dance heart hand eye blood bone ghost angel devil stranger friend ' +
  'enemy brother sister mother father son daughter child doctor teacher soldier captain thief hunter wolf lion tiger bird ' +
  'horse dog cat snake spider garden street bridge tower castle train ship plane letter book game story legend return ' +
  'journey escape revenge promise memory tomorrow yesterday midnight morning evening hour year century world earth heaven';
const CJK = '千と尋の神隠し東京物語七人侍風立ちぬ君名は生きる羅生門乱夢影武者';

/**
 * Inserts movies with the distributions that filters meet: a few genres, countries and languages are frequent, and keywords
 * and people are rare. Each has three titles of two to four words; every twentieth is Japanese. The titles are inserted as
 * the search stores them, since the job that does so would take many minutes.
 */
export async function insertReadableMovies(client: Client, movies: number): Promise<void> {
  await client.query(`SET synchronous_commit = off`);
  for (let first = 1; first <= movies; first += CHUNK) {
    const last = Math.min(movies, first + CHUNK - 1);
    await client.query(MOVIES, [first, last, WORDS.split(' '), movies]);
    await client.query(TITLES, [first, last]);
  }
  await client.query(`INSERT INTO genres SELECT number, name FROM unnest(${GENRES}) WITH ORDINALITY AS g (name, number)
    ON CONFLICT DO NOTHING`);
  await client.query(`INSERT INTO movie_categories (category, movie_id, position, seen_at)
    SELECT 'popular', id, id, now() FROM movies WHERE id <= 200`);
  await client.query('UPDATE movie_titles_fill SET finished_at = now()');
  await client.query('VACUUM (ANALYZE)');
}

const GENRES = `ARRAY['Drama','Comedy','Documentary','Thriller','Action','Romance','Horror','Animation','Family','Crime',
  'Music','Adventure','Fantasy','Science Fiction','TV Movie','Mystery','History','War','Western']`;

/** Parameters: first and last id, words, number of movies. An id is its rank by popularity. */
const MOVIES = `
  INSERT INTO movies (id, title, original_title, overview, release_date, vote_average, vote_count, popularity, poster_url,
    backdrop_url, genres, "cast", crew, keywords, runtime, original_language, origin_country, production_companies,
    similar_movie_ids, alternative_titles, imdb_id, status, adult, certification, enriched_at)
  SELECT id, title, title, repeat(digest || ' ', 6), date '2026-01-01' - (power(r1, 2) * 36000)::int, round((r2 * 10)::numeric, 1),
    (20000 * power(r3, 12))::int, 600.0 / (id + 1), 'https://image.tmdb.org/t/p/w500/' || digest || '.jpg',
    'https://image.tmdb.org/t/p/w1280/' || digest || '.jpg',
    jsonb_build_array(genres[1 + floor(19 * power(r4, 2))], genres[1 + floor(19 * power(r5, 2))]),
    (SELECT jsonb_agg(jsonb_build_object('id', 1 + floor(power(random(), 2) * 600000 + id * 0)::int, 'name', 'Person', 'character', 'Role', 'profile_path', NULL, 'order', n)) FROM generate_series(0, 6) n),
    (SELECT jsonb_agg(jsonb_build_object('id', 1 + floor(power(random(), 2) * 300000 + id * 0)::int, 'name', 'Person', 'job', job, 'department', NULL, 'profile_path', NULL)) FROM unnest(ARRAY['Director','Writer','Producer','Editor']) job),
    (SELECT jsonb_agg('keyword ' || floor(power(random(), 2) * 20000 + (id + n) * 0)::int) FROM generate_series(1, 4) n),
    (40 + r6 * 120)::int, (ARRAY['en','en','en','fr','es','ja','de','pt','zh','it','ru','ko','hi'])[1 + floor(13 * r7)],
    jsonb_build_array((ARRAY['US','US','US','FR','ES','JP','DE','BR','CN','IT','RU','KR','IN'])[1 + floor(13 * r7)]),
    jsonb_build_array(jsonb_build_object('id', 1 + floor(power(r5, 2) * 100000)::int, 'name', 'Company', 'logo_path', NULL, 'origin_country', NULL)),
    '[2, 3, 5, 7]', '[]', 'tt' || lpad(id::text, 7, '0'), 'Released', false,
    CASE WHEN r6 < 0.1 THEN (ARRAY['R','PG-13','PG','G'])[1 + floor(4 * r7)] END, now() - r1 * interval '100 days'
  FROM (
    SELECT id, md5(id::text) AS digest, ${GENRES} AS genres, random() AS r1, random() AS r2, random() AS r3, random() AS r4,
      random() AS r5, random() AS r6, random() AS r7,
      CASE WHEN id % 20 = 0 THEN substr('${CJK}', 1 + (random() * 20)::int, 6) || id % 977
        ELSE initcap(concat_ws(' ', ($3::text[])[1 + floor(power(random(), 2) * cardinality($3::text[]))::int],
          ($3::text[])[1 + floor(random() * cardinality($3::text[]))::int],
          CASE WHEN id % 3 = 0 THEN ($3::text[])[1 + floor(random() * cardinality($3::text[]))::int] END,
          CASE WHEN id % 5 = 0 THEN (id % 977)::text END)) END AS title
    FROM generate_series($1::int, $2::int) AS id WHERE $4::int > 0
  ) AS m`;

/** Japanese titles have pairs of characters as their tokens. */
const TITLES = `
  INSERT INTO movie_titles (movie_id, title, main, tokens)
  SELECT m.id, t.title, t.place = 1, CASE WHEN t.title ~ '^[ -~]*$' THEN NULL
    ELSE ARRAY(SELECT DISTINCT substr(t.title, n, 2) FROM generate_series(1, length(t.title)) AS n) END
  FROM movies m, LATERAL (VALUES (1, lower(m.title)), (2, lower(m.title) || ' ' || m.id % 89),
    (3, substr(md5(m.id::text), 1, 5) || ' ' || lower(m.title))) AS t (place, title)
  WHERE m.id BETWEEN $1 AND $2
  ON CONFLICT DO NOTHING`;
