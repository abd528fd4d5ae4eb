import { CAST_IDS, COMPANY_IDS, CREW_IDS, TAGS, TITLE_KEY } from '../reader/filter-expressions.js';

/** An index that is built in the background after the start. */
export interface BackgroundIndex {
  /** A changed definition needs a new name. */
  readonly name: string;
  /** What follows `CREATE INDEX … ON`. */
  readonly definition: string;
  /** What it needs. Without it the index is not built, and what uses the index is off. */
  readonly extension?: typeof TRIGRAMS;
}

/** The PostgreSQL extension that finds similar texts. A role that may create objects in the database may create it. */
export const TRIGRAMS = 'pg_trgm';

const FACETS = [
  'genres jsonb_path_ops',
  'keywords jsonb_path_ops',
  'origin_country jsonb_path_ops',
  `(${COMPANY_IDS}) jsonb_path_ops`,
  `(${CAST_IDS}) jsonb_path_ops`,
  `(${CREW_IDS}) jsonb_path_ops`,
  `(${TAGS})`,
].join(', ');

/** Built in this order. docs/decisions/reading-a-million-movies.md tells which query uses which. */
export const MOVIE_INDEXES: readonly BackgroundIndex[] = [
  { name: 'movies_by_popularity', definition: 'movies (popularity, id)' },
  {
    name: 'movie_categories_by_position',
    definition: 'movie_categories (category, position, movie_id)',
  },
  { name: 'movies_by_imdb_id', definition: 'movies USING hash (imdb_id)' },
  { name: 'movies_gone', definition: 'movies (popularity, id) WHERE gone_at IS NOT NULL' },
  { name: 'movies_changed', definition: 'movies (id) WHERE tmdb_changed_at > enriched_at' },
  { name: 'movies_adult', definition: 'movies (popularity, id) WHERE adult' },
  { name: 'movies_facets', definition: `movies USING gin (${FACETS})` },
  { name: 'movies_by_release', definition: 'movies (release_date, id)' },
  { name: 'movies_by_rating', definition: 'movies (vote_average, id)' },
  { name: 'movies_by_votes', definition: 'movies (vote_count, id)' },
  { name: 'movies_by_runtime', definition: 'movies (runtime)' },
  { name: 'movies_by_title', definition: `movies ((${TITLE_KEY}), id)` },
  { name: 'movies_by_update', definition: 'movies (updated_at, id)' },
  // Last: the job that fills the table is faster without it.
  {
    name: 'movie_titles_trigrams',
    definition: 'movie_titles USING gin (title gin_trgm_ops)',
    extension: TRIGRAMS,
  },
];
