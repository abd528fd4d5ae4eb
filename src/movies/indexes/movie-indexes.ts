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

/** Built in this order. docs/decisions/reading-a-million-movies.md tells which query uses which. */
export const MOVIE_INDEXES: readonly BackgroundIndex[] = [
  { name: 'movies_popularity_id', definition: 'movies (popularity DESC NULLS LAST, id DESC)' },
  // Last: until then the job that fills the table is faster without it.
  {
    name: 'movie_titles_trigrams',
    definition: 'movie_titles USING gin (title gin_trgm_ops)',
    extension: TRIGRAMS,
  },
];
