import { sql, type Sql } from '../../database/prisma.service.js';
import type { CataloguePlace, CatalogueQuery } from '../catalogue.repository.js';
import { isStale, mayBeRequested } from './due-sql.js';

/** Of a row `c` of `catalogue` and the row of `movies` with its id, if there is one. */
function isNeverEnriched({ now, adult, except }: CatalogueQuery): Sql {
  return sql`c.missing_since IS NULL AND (NOT c.adult OR ${adult}::boolean) AND enriched_at IS NULL
    AND (m.id IS NULL OR ${mayBeRequested(now)}) AND c.movie_id NOT IN (${except})`;
}

/** Selects `id` and `popularity`, the most popular first. */
export function selectNeverEnrichedInCatalogue({
  limit,
  after,
  ...query
}: CatalogueQuery & { readonly limit: number; readonly after: CataloguePlace | null }): Sql {
  const isBehind =
    after === null
      ? sql`true`
      : sql`c.popularity <= ${after.popularity}::float8 AND (c.popularity < ${after.popularity}::float8 OR c.movie_id > ${after.id}::int)`;
  return sql`
    SELECT c.movie_id AS id, c.popularity FROM catalogue c LEFT JOIN movies m ON m.id = c.movie_id
    WHERE ${isBehind} AND ${isNeverEnriched(query)}
    ORDER BY c.popularity DESC, c.movie_id LIMIT ${limit}::int`;
}

/** Selects `id` of stored movies that are due, never enriched first, then the most popular. */
export function selectOtherDue({ now, limit, except }: CatalogueQuery & { readonly limit: number }): Sql {
  return sql`
    SELECT id FROM movies
    WHERE (enriched_at IS NULL OR ${isStale(now)}) AND ${mayBeRequested(now)} AND id NOT IN (${except})
    ORDER BY enriched_at IS NOT NULL, popularity DESC NULLS LAST, id LIMIT ${limit}::int`;
}

/** Counts what the two queries above select in all. */
export function countDueInCatalogue(query: CatalogueQuery): Sql {
  const { now, except } = query;
  return sql`
    SELECT ((SELECT count(*) FROM catalogue c LEFT JOIN movies m ON m.id = c.movie_id WHERE ${isNeverEnriched(query)})
      + (SELECT count(*) FROM movies WHERE ${mayBeRequested(now)} AND id NOT IN (${except}) AND (
          enriched_at IS NOT NULL AND ${isStale(now)} OR enriched_at IS NULL AND id NOT IN (
            SELECT c.movie_id FROM catalogue c LEFT JOIN movies m ON m.id = c.movie_id WHERE ${isNeverEnriched(query)})))
      )::int AS movies`;
}
