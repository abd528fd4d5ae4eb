import type { MoviesStore } from './movies-store.js';

/** What the service creates in the background: without it, typos are not looked for. */
export async function createTrigrams({ query }: Pick<MoviesStore, 'query'>): Promise<void> {
  await query('CREATE EXTENSION IF NOT EXISTS pg_trgm');
  await query('CREATE INDEX movie_titles_trigrams ON movie_titles USING gin (title gin_trgm_ops)');
}
