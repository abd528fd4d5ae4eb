import { escapeLiteral, type Client } from 'pg';
import { READER } from '../access/reader-grants.js';
import { DatabaseError } from '../errors/database-error.js';
import { sqlStateOf } from '../errors/database-fault.js';
import type { Cluster } from './data-folder.js';
import { OWNER, passwordOf, SUPERUSER } from './server-address.js';

const LOCK_TIMEOUT_MS = 10_000;
/** Leaves most of the server's 100 connections to the service. */
const READER_CONNECTIONS = 20;
const LOCKED = ['55P03', '40P01'];

/**
 * Creates the roles, and gives what the superuser owns in this database to the owner: all of it in a cluster of an older
 * version. One transaction, so that an interrupted one leaves nothing behind; repeating it changes nothing but the salt
 * of the passwords. Requires the start lock and a session of the superuser.
 * @throws DatabaseError BUSY when a process of an older version uses the tables
 */
export async function prepareRoles(client: Client, cluster: Cluster): Promise<void> {
  const owner = escapeLiteral(passwordOf(cluster, OWNER));
  const reader = escapeLiteral(passwordOf(cluster, READER));
  try {
    // The server's log would quote the statement, and with it the passwords, if it fails.
    await client.query('SET log_min_error_statement = panic');
    await client.query(`DO $roles$
      DECLARE statement text;
      BEGIN
        PERFORM set_config('lock_timeout', '${LOCK_TIMEOUT_MS}', true);
        IF to_regrole('${OWNER}') IS NULL THEN
          CREATE ROLE ${OWNER} LOGIN;
        END IF;
        IF to_regrole('${READER}') IS NULL THEN
          CREATE ROLE ${READER} LOGIN CONNECTION LIMIT ${READER_CONNECTIONS};
          ALTER ROLE ${READER} SET default_transaction_read_only = on;
        END IF;
        ALTER ROLE ${OWNER} PASSWORD ${owner};
        ALTER ROLE ${READER} PASSWORD ${reader};
        FOR statement IN ${MOVES} LOOP
          EXECUTE statement;
        END LOOP;
      END $roles$`);
  } catch (error) {
    if (!LOCKED.includes(sqlStateOf(error) ?? '')) throw error;
    throw new DatabaseError(
      'BUSY',
      `The tables in ${cluster.folder} can't be given to the role ${OWNER}: another process uses them. Nothing was ` +
        'changed. Stop the processes of the older version, then start again.',
      { cause: error },
    );
  }
}

const IS_OURS = (namespace: string): string =>
  `${namespace} NOT IN (SELECT oid FROM pg_namespace WHERE nspname ~ '^pg_' OR nspname = 'information_schema')`;
const IS_MEMBER = (catalogue: string, oid: string): string =>
  `EXISTS (SELECT FROM pg_depend d WHERE d.classid = '${catalogue}'::regclass AND d.objid = ${oid} AND d.deptype = 'e')`;
/** A sequence that a column owns changes its owner together with the table. */
const BELONGS_TO_COLUMN = `c.relkind = 'S' AND EXISTS (SELECT FROM pg_depend d
   WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.refobjsubid > 0 AND d.deptype IN ('a', 'i'))`;

/**
 * REASSIGN OWNED refuses the role of initdb, which owns PostgreSQL's own objects too. Indexes, array types and the
 * members of extensions follow what they belong to.
 */
const MOVES = `
  SELECT move FROM (
    SELECT format('ALTER DATABASE %I OWNER TO ${OWNER}', datname) FROM pg_database
     WHERE datname = current_database() AND datdba = '${SUPERUSER}'::regrole
    UNION ALL
    SELECT format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC', current_database())
     WHERE has_database_privilege('${READER}', current_database(), 'TEMPORARY')
    UNION ALL
    SELECT format('ALTER SCHEMA %I OWNER TO ${OWNER}', nspname) FROM pg_namespace
     WHERE nspowner = '${SUPERUSER}'::regrole AND ${IS_OURS('oid')}
    UNION ALL
    SELECT format('ALTER %s %s OWNER TO ${OWNER}', CASE relkind WHEN 'S' THEN 'SEQUENCE' WHEN 'c' THEN 'TYPE' ELSE 'TABLE' END,
                  oid::regclass) FROM pg_class c
     WHERE relowner = '${SUPERUSER}'::regrole AND relkind IN ('r', 'p', 'v', 'm', 'f', 'S', 'c')
       AND ${IS_OURS('relnamespace')} AND NOT ${IS_MEMBER('pg_class', 'oid')} AND NOT (${BELONGS_TO_COLUMN})
    UNION ALL
    SELECT format('ALTER ROUTINE %s OWNER TO ${OWNER}', oid::regprocedure) FROM pg_proc
     WHERE proowner = '${SUPERUSER}'::regrole AND ${IS_OURS('pronamespace')} AND NOT ${IS_MEMBER('pg_proc', 'oid')}
    UNION ALL
    SELECT format('ALTER TYPE %s OWNER TO ${OWNER}', oid::regtype) FROM pg_type
     WHERE typowner = '${SUPERUSER}'::regrole AND typtype IN ('e', 'd', 'r')
       AND ${IS_OURS('typnamespace')} AND NOT ${IS_MEMBER('pg_type', 'oid')}
  ) AS moves(move)`;
