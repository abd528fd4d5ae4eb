import type { ClientBase } from 'pg';

/** A column as pg_catalog has it. Types and expressions are written as PostgreSQL prints them. */
export interface ColumnShape {
  readonly name: string;
  readonly number: number;
  /** With its modifier: `character varying(100)`. */
  readonly type: string;
  /** `pg_type.typname`; for a domain, that of the type below it. */
  readonly base: string;
  /** `pg_type.typcategory`: A array, E enum, and so on. */
  readonly category: string;
  readonly notNull: boolean;
  readonly default: string | null;
  /** The sequence that the default or the identity takes its values from, quoted and qualified. */
  readonly sequence: string | null;
  readonly identity: boolean;
  readonly generated: '' | 's' | 'v';
  /** Has a collation other than the database's. */
  readonly collated: boolean;
}

export interface IndexShape {
  readonly name: string;
  readonly unique: boolean;
  readonly primary: boolean;
  /** What follows the table's name: `USING btree (enriched_at)`. */
  readonly definition: string;
  /** Empty for an index over expressions alone. */
  readonly columns: readonly string[];
  /** The constraint that the index belongs to. */
  readonly constraint: string | null;
  readonly deferrable: boolean;
  /** Foreign keys that rely on it. */
  readonly referenced: boolean;
}

interface ForeignKeyShape {
  readonly name: string;
  readonly definition: string;
  readonly columns: readonly string[];
}

export interface TableShape {
  readonly oid: number;
  readonly name: string;
  /** `pg_class.relkind`; r is an ordinary table. */
  readonly kind: string;
  readonly inherits: boolean;
  readonly unlogged: boolean;
  /** This session's role may alter it. */
  readonly owned: boolean;
  readonly readable: boolean;
  readonly forcesRowSecurity: boolean;
  readonly hasRules: boolean;
  readonly columns: readonly ColumnShape[];
  readonly indexes: readonly IndexShape[];
  readonly foreignKeys: readonly ForeignKeyShape[];
}

export function columnOf(table: TableShape, name: string): ColumnShape | undefined {
  return table.columns.find((column) => column.name === name);
}

const COLUMNS = `
  SELECT json_agg(json_build_object(
           'name', a.attname, 'number', a.attnum, 'type', format_type(a.atttypid, a.atttypmod),
           'base', COALESCE(b.typname, t.typname), 'category', t.typcategory, 'notNull', a.attnotnull,
           'default', CASE WHEN a.attgenerated = '' THEN pg_get_expr(d.adbin, d.adrelid) END,
           'sequence', (SELECT s.oid::regclass::text FROM pg_depend p JOIN pg_class s ON s.relkind = 'S'
                          AND ((p.classid = 'pg_class'::regclass AND p.objid = s.oid AND p.refobjid = c.oid
                                AND p.refclassid = 'pg_class'::regclass AND p.refobjsubid = a.attnum)
                            OR (p.classid = 'pg_attrdef'::regclass AND p.objid = d.oid AND p.refobjid = s.oid
                                AND p.refclassid = 'pg_class'::regclass)) LIMIT 1),
           'identity', a.attidentity <> '', 'generated', a.attgenerated,
           'collated', a.attcollation NOT IN (0, 'pg_catalog."default"'::regcollation)) ORDER BY a.attnum)
    FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
    LEFT JOIN pg_type b ON b.oid = t.typbasetype
    LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
   WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped`;

const INDEXES = `
  SELECT json_agg(json_build_object(
           'name', i.relname, 'unique', x.indisunique, 'primary', x.indisprimary,
           'definition', substring(pg_get_indexdef(i.oid) FROM ' (USING .*)$'),
           'columns', (SELECT COALESCE(json_agg(a.attname ORDER BY k.ord), '[]')
                         FROM unnest(x.indkey) WITH ORDINALITY AS k(number, ord)
                         JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.number
                        WHERE k.ord <= x.indnkeyatts),
           'constraint', o.conname, 'deferrable', NOT x.indimmediate,
           'referenced', EXISTS (SELECT FROM pg_constraint f WHERE f.contype = 'f' AND f.conindid = i.oid)
         ) ORDER BY i.relname)
    FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid
    LEFT JOIN pg_constraint o ON o.conindid = i.oid AND o.conrelid = c.oid AND o.contype IN ('p', 'u', 'x')
   WHERE x.indrelid = c.oid`;

const FOREIGN_KEYS = `
  SELECT json_agg(json_build_object(
           'name', f.conname, 'definition', pg_get_constraintdef(f.oid),
           'columns', (SELECT json_agg(a.attname) FROM pg_attribute a
                        WHERE a.attrelid = c.oid AND a.attnum = ANY (f.conkey))) ORDER BY f.conname)
    FROM pg_constraint f WHERE f.conrelid = c.oid AND f.contype = 'f'`;

const TABLES = `
  SELECT c.oid, c.relname AS name, c.relkind AS kind, c.relpersistence = 'u' AS unlogged,
         c.relispartition OR EXISTS (SELECT FROM pg_inherits h WHERE c.oid IN (h.inhrelid, h.inhparent)) AS inherits,
         pg_has_role(c.relowner, 'USAGE') AS owned, has_table_privilege(c.oid, 'SELECT') AS readable,
         c.relforcerowsecurity AS "forcesRowSecurity",
         EXISTS (SELECT FROM pg_rewrite r WHERE r.ev_class = c.oid AND r.ev_type <> '1') AS "hasRules",
         COALESCE((${COLUMNS}), '[]') AS columns, COALESCE((${INDEXES}), '[]') AS indexes,
         COALESCE((${FOREIGN_KEYS}), '[]') AS "foreignKeys"
    FROM pg_class c
   WHERE c.relnamespace = $1::regnamespace AND c.relkind IN ('r', 'v', 'm', 'f', 'p', 'S', 'c')
   ORDER BY c.relname`;

/** The shapes of the tables in a schema, by name. The search path should be that schema, for unqualified definitions. */
export async function readShapes(
  client: ClientBase,
  schema: string,
  names?: readonly string[],
): Promise<ReadonlyMap<string, TableShape>> {
  const { rows } = await client.query<TableShape>(TABLES, [schema]);
  return new Map(rows.filter((row) => names?.includes(row.name) ?? true).map((row) => [row.name, row]));
}
