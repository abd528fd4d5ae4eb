import type { Client } from 'pg';

/** Tables and views that contain movies and nothing else, of a row `c` of pg_class. Later ones are named like these. */
export const IS_MOVIE_RELATION = `c.relkind IN ('r', 'p', 'v', 'm') AND c.relname ~ '^(movies|movie_.+|genres|catalogue)$'`;

export const READER = 'movie_pipeline_reader';

/**
 * Lets the embedded database's reader read the movie tables and views that it can't read yet. Default privileges would
 * include every later table, those of users too.
 */
export async function grantToReader(client: Client): Promise<void> {
  // Concurrent grants on one table fail.
  await client.query(`DO $grants$
    DECLARE relation regclass;
    BEGIN
      PERFORM pg_advisory_xact_lock(hashtextextended('movie-pipeline grants', 0));
      FOR relation IN
        SELECT c.oid FROM pg_class c
         WHERE c.relnamespace = current_schema()::regnamespace AND ${IS_MOVIE_RELATION}
           AND NOT has_table_privilege('${READER}', c.oid, 'SELECT')
      LOOP
        EXECUTE format('GRANT SELECT ON %s TO ${READER}', relation);
      END LOOP;
    END $grants$`);
}
