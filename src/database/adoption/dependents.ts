import type { ClientBase } from 'pg';
import type { ColumnRefs } from './views.js';

/** Defaults and indexes of the columns themselves, constraints and statistics are carried over by PostgreSQL. */
const DEPENDENTS = `
  SELECT DISTINCT COALESCE('computed column ' || quote_ident(g.attname),
                           pg_describe_object(d.classid, d.objid, d.objsubid)) AS dependent,
         format('%s.%I', d.refobjid::regclass, a.attname) AS column
    FROM pg_depend d
    JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
    LEFT JOIN pg_attrdef f ON d.classid = 'pg_attrdef'::regclass AND f.oid = d.objid
    LEFT JOIN pg_attribute g ON g.attrelid = f.adrelid AND g.attnum = f.adnum AND g.attgenerated <> ''
   WHERE d.refclassid = 'pg_class'::regclass
     AND (d.refobjid, d.refobjsubid) IN (SELECT * FROM unnest($1::oid[], $2::int[]))
     AND d.classid NOT IN ('pg_rewrite'::regclass, 'pg_constraint'::regclass, 'pg_statistic_ext'::regclass)
     AND NOT (d.classid = 'pg_class'::regclass AND d.objsubid = 0)
     AND NOT (f.adrelid IS NOT DISTINCT FROM d.refobjid AND f.adnum IS NOT DISTINCT FROM d.refobjsubid)
     AND NOT (d.classid = 'pg_class'::regclass AND d.objid = d.refobjid AND d.objsubid = d.refobjsubid)`;

/** All types of movie ids on record, ours and a few wider ones, compare with INTEGER through an index. */
const REFERRING = `
  SELECT f.conname AS name, f.conrelid::regclass::text AS table, a.attname AS column,
         format_type(a.atttypid, a.atttypmod) AS type
    FROM pg_constraint f
    JOIN pg_attribute a ON a.attrelid = f.conrelid AND a.attnum = ANY (f.conkey)
   WHERE f.contype = 'f' AND a.atttypid NOT IN ('int2'::regtype, 'int4'::regtype, 'int8'::regtype)
     AND cardinality(f.conkey) = 1
     AND (f.confrelid, f.confkey[1]) IN (SELECT * FROM unnest($1::oid[], $2::int[]))`;

/** What hangs on columns that are to change and can't be carried over. */
export async function dependentFaults(client: ClientBase, columns: ColumnRefs): Promise<readonly string[]> {
  if (columns.length === 0) return [];
  const refs = [columns.map(({ table }) => table), columns.map(({ column }) => column)];
  const dependents = await client.query<{ dependent: string; column: string }>(DEPENDENTS, refs);
  const referring = await client.query<{ name: string; table: string; column: string; type: string }>(
    REFERRING,
    refs,
  );
  return [
    ...dependents.rows.map(
      ({ dependent, column }) =>
        `${column} has to change its type, which ${dependent} prevents: drop that, and make it again afterwards`,
    ),
    ...referring.rows.map(
      ({ name, table, column, type }) =>
        `foreign key ${name} of ${table} keeps movie ids as ${type}, which don't compare with INTEGER: ` +
        `make ${table}.${column} an INTEGER, or drop ${name}`,
    ),
  ];
}
