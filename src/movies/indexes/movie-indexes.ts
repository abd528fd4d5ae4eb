/** An index that is built in the background after the start. */
export interface BackgroundIndex {
  /** A changed definition needs a new name. */
  readonly name: string;
  /** What follows `CREATE INDEX … ON`. */
  readonly definition: string;
}

/** Built in this order. docs/decisions/reading-a-million-movies.md tells which query uses which. */
export const MOVIE_INDEXES: readonly BackgroundIndex[] = [
  { name: 'movies_popularity_id', definition: 'movies (popularity DESC NULLS LAST, id DESC)' },
];
