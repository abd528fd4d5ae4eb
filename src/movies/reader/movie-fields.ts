/** An SQL expression of a time in ISO 8601; the column is in UTC, or the session is. */
const time = (column: string): string => `to_char(${column}, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
/** TMDB's path of an image, of the URL that is stored. */
const path = (column: string): string =>
  `substring(m.${column} FROM '^https://image[.]tmdb[.]org/t/p/[^/]+(/.+)$')`;

/** The fields that a movie of a list has. */
const SUMMARY = {
  id: 'm.id',
  title: 'm.title',
  original_title: 'm.original_title',
  original_language: 'm.original_language',
  overview: 'm.overview',
  release_date: 'm.release_date::text',
  runtime: 'm.runtime',
  genres: 'm.genres',
  certification: 'm.certification',
  popularity: 'm.popularity',
  vote_average: 'm.vote_average',
  vote_count: 'm.vote_count',
  poster_path: path('poster_url'),
  poster_url: 'm.poster_url',
  backdrop_path: path('backdrop_url'),
  backdrop_url: 'm.backdrop_url',
  adult: 'm.adult',
  updated_at: time('m.updated_at'),
  gone_at: time('m.gone_at'),
} as const;

/** What a movie by itself has besides. */
const DETAILS = {
  tagline: 'm.tagline',
  status: 'm.status',
  imdb_id: 'm.imdb_id',
  homepage: 'm.homepage',
  budget: 'm.budget::float8',
  revenue: 'm.revenue::float8',
  keywords: 'm.keywords',
  cast: 'm."cast"',
  crew: 'm.crew',
  trailer_key: 'm.trailer_key',
  origin_country: 'm.origin_country',
  production_companies: 'm.production_companies',
  production_countries: 'm.production_countries',
  spoken_languages: 'm.spoken_languages',
  collection: 'm.collection',
  video: 'm.video',
  softcore: 'm.softcore',
  alternative_titles: 'm.alternative_titles',
  similar_movie_ids: 'm.similar_movie_ids',
  translations: `(SELECT coalesce(jsonb_agg(to_jsonb(t) - 'movie_id' ORDER BY language, region), '[]')
    FROM movie_translations t WHERE t.movie_id = m.id)`,
  releases: `(SELECT coalesce(jsonb_agg(to_jsonb(r) - 'movie_id' ORDER BY region, date, type), '[]')
    FROM movie_releases r WHERE r.movie_id = m.id)`,
  lists: `(SELECT coalesce(jsonb_agg(jsonb_build_object('category', category, 'position', position,
    'seen_at', ${time('c.seen_at')}) ORDER BY category), '[]')
    FROM movie_categories c WHERE c.movie_id = m.id)`,
  created_at: time('m.created_at'),
  enriched_at: time('m.enriched_at'),
} as const;

/** By field of the API: the SQL expression of its value, over the row `m` of `movies`. */
const EXPRESSIONS = { ...SUMMARY, ...DETAILS };

export type MovieField = keyof typeof EXPRESSIONS;
export const SUMMARY_FIELDS = Object.keys(SUMMARY) as (keyof typeof SUMMARY)[];
export const MOVIE_FIELDS = Object.keys(EXPRESSIONS) as MovieField[];

/** The select list of these fields. The id is always among them. */
export function selectFields(fields: readonly MovieField[]): string {
  const names = [...new Set<MovieField>(['id', ...fields])];
  return names.map((name) => `${EXPRESSIONS[name]} AS "${name}"`).join(', ');
}
