import { escapeIdentifier, type Pool } from 'pg';
import { queueSchema } from '../connection/queue-schema.js';
import { DatabaseError } from '../errors/database-error.js';
import { readTableNames } from '../migrations/migration-files.js';

/** The first server with the privilege MAINTAIN, which lets VACUUM. */
const HAS_MAINTAIN = 170_000;

/**
 * Grants what the service needs beside a migrated database and an installed job queue. Requires a session of the owner
 * of the tables. One transaction; repeating it changes nothing.
 * @throws DatabaseError NO_SUCH_ROLE
 */
export async function grantToRole(pool: Pool, schema: string, role: string): Promise<void> {
  const { rows } = await pool.query<{ found: boolean; version: number }>(
    `SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1) AS found,
            current_setting('server_version_num')::int AS version`,
    [role],
  );
  const [server] = rows;
  if (server?.found !== true) throw noSuchRole(role);
  const write = `SELECT, INSERT, UPDATE, DELETE${server.version >= HAS_MAINTAIN ? ', MAINTAIN' : ''}`;
  const { tables, others, sequences } = await readRelations(pool, schema);
  const grantee = escapeIdentifier(role);
  const [ours, queue] = [escapeIdentifier(schema), escapeIdentifier(queueSchema(schema))];
  // Several statements without values are one transaction.
  await pool.query(
    [
      `GRANT USAGE ON SCHEMA ${ours}, ${queue} TO ${grantee}`,
      `GRANT ${write} ON ${tables.join(', ')} TO ${grantee}`,
      `GRANT SELECT ON ${others.join(', ')} TO ${grantee}`,
      `GRANT USAGE ON SEQUENCE ${sequences.join(', ')} TO ${grantee}`,
      `GRANT ${write} ON ALL TABLES IN SCHEMA ${queue} TO ${grantee}`,
      `GRANT USAGE ON ALL SEQUENCES IN SCHEMA ${queue} TO ${grantee}`,
    ].join(';'),
  );
}

interface Relations {
  readonly tables: readonly string[];
  /** The history of the migrations, and the views. */
  readonly others: readonly string[];
  readonly sequences: readonly string[];
}

/** Quoted names of what is ours in the schema, which may contain tables of others. */
async function readRelations(pool: Pool, schema: string): Promise<Relations> {
  const { rows } = await pool.query<{ name: string; kind: keyof Relations }>(
    `WITH ours AS (
       SELECT c.oid, CASE WHEN c.relname = ANY ($2) THEN 'tables' ELSE 'others' END AS kind FROM pg_class c
        WHERE c.relnamespace = $1::regnamespace AND c.relkind IN ('r', 'p', 'v')
          AND (c.relname = ANY ($2) OR c.relname IN ('_prisma_migrations', 'movie_cast', 'movie_crew')))
     SELECT format('%I.%I', $3::text, c.relname) AS name, kind
       FROM (SELECT oid, kind FROM ours UNION ALL
             SELECT d.objid, 'sequences' FROM ours JOIN pg_depend d ON d.refobjid = ours.oid
              WHERE d.classid = 'pg_class'::regclass AND d.refobjsubid > 0 AND d.deptype IN ('a', 'i')) AS r
       JOIN pg_class c USING (oid)
      WHERE kind <> 'sequences' OR c.relkind = 'S'`,
    [escapeIdentifier(schema), await readTableNames(), schema],
  );
  const named = (kind: keyof Relations): string[] =>
    rows.filter((row) => row.kind === kind).map(({ name }) => name);
  return { tables: named('tables'), others: named('others'), sequences: named('sequences') };
}

function noSuchRole(role: string): DatabaseError {
  return new DatabaseError(
    'NO_SUCH_ROLE',
    `The migrations are applied, and nothing was granted: the server has no role ${escapeIdentifier(role)}. ` +
      `Create it (CREATE ROLE ${escapeIdentifier(role)} LOGIN PASSWORD '…'), then run the command again.`,
  );
}
