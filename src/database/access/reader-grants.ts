import { escapeIdentifier, type Client, type Pool } from 'pg';

/** Tables and views that contain movies and nothing else, of a row `c` of pg_class. Later ones are named like these. */
const IS_MOVIE_RELATION = `c.relkind IN ('r', 'p', 'v', 'm') AND c.relname ~ '^(movies|movie_.+|genres|catalogue)$'`;

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
      IF NOT has_schema_privilege('${READER}', current_schema(), 'USAGE') THEN
        EXECUTE format('GRANT USAGE ON SCHEMA %I TO ${READER}', current_schema());
      END IF;
      FOR relation IN
        SELECT c.oid FROM pg_class c
         WHERE c.relnamespace = current_schema()::regnamespace AND ${IS_MOVIE_RELATION}
           AND NOT has_table_privilege('${READER}', c.oid, 'SELECT')
      LOOP
        EXECUTE format('GRANT SELECT ON %s TO ${READER}', relation);
      END LOOP;
    END $grants$`);
}

/** The statements that create such a role on a server that is not ours. */
export async function readerStatements(pool: Pool, schema: string): Promise<readonly string[]> {
  const { rows } = await pool.query<{ database: string; relations: string }>(
    `SELECT current_database() AS database,
            string_agg(format('%I.%I', $2::text, c.relname), ', ' ORDER BY c.relname) AS relations
       FROM pg_class c WHERE c.relnamespace = $1::regnamespace AND ${IS_MOVIE_RELATION}`,
    [escapeIdentifier(schema), schema],
  );
  const [{ database, relations } = { database: '', relations: '' }] = rows;
  const [name, ours] = [escapeIdentifier(database), escapeIdentifier(schema)];
  return [
    `CREATE ROLE ${READER} LOGIN PASSWORD '…' CONNECTION LIMIT 20;`,
    `ALTER ROLE ${READER} SET default_transaction_read_only = on;`,
    `ALTER ROLE ${READER} IN DATABASE ${name} SET search_path = ${ours};`,
    `GRANT CONNECT ON DATABASE ${name} TO ${READER};`,
    `GRANT USAGE ON SCHEMA ${ours} TO ${READER};`,
    `GRANT SELECT ON ${relations} TO ${READER};`,
  ];
}
