import type { ClientBase } from 'pg';

/** A view or materialized view, with all that it takes to put it back as it was. */
export interface ViewShape {
  /** Quoted and qualified. */
  readonly name: string;
  readonly materialized: boolean;
  readonly definition: string;
  readonly columns: readonly string[];
  readonly owner: string;
  readonly options: readonly string[];
  readonly tablespace: string | null;
  readonly populated: boolean;
  readonly grants: readonly Grant[];
  /** Privileges were never granted or revoked: the defaults hold. */
  readonly defaultGrants: boolean;
  readonly comments: readonly { readonly column: string | null; readonly text: string }[];
  readonly defaults: readonly { readonly column: string; readonly value: string }[];
  readonly indexes: readonly {
    readonly definition: string;
    readonly comment: string | null;
    readonly name: string;
  }[];
  readonly mayAlter: boolean;
  /** What can't be put back: triggers, rules, an extension's membership, others' grants. */
  readonly obstacles: readonly string[];
}

interface Grant {
  readonly column: string | null;
  /** Null: PUBLIC. */
  readonly grantee: string | null;
  readonly privilege: string;
  readonly grantable: boolean;
}

/** Views over the columns, and views over those, each after all that it rests on. */
const DEPENDING = `
  WITH RECURSIVE depending (oid, depth) AS (
    SELECT r.ev_class, 1 FROM pg_depend d JOIN pg_rewrite r ON r.oid = d.objid
     WHERE d.classid = 'pg_rewrite'::regclass AND d.refclassid = 'pg_class'::regclass AND r.ev_class <> d.refobjid
       AND (d.refobjid, d.refobjsubid) IN (SELECT * FROM unnest($1::oid[], $2::int[]))
    UNION
    SELECT r.ev_class, p.depth + 1 FROM depending p
      JOIN pg_depend d ON d.refobjid = p.oid AND d.refclassid = 'pg_class'::regclass
                      AND d.classid = 'pg_rewrite'::regclass
      JOIN pg_rewrite r ON r.oid = d.objid WHERE r.ev_class <> p.oid
  )`;

const GRANTS = `
  SELECT json_agg(json_build_object('column', g.attname, 'grantee', CASE WHEN x.grantee <> 0
           THEN pg_get_userbyid(x.grantee) END, 'privilege', x.privilege_type, 'grantable', x.is_grantable))
    FROM (SELECT NULL::name AS attname, c.relacl AS acl
           UNION ALL SELECT a.attname, a.attacl FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0) AS g,
         aclexplode(g.acl) AS x`;

const OBSTACLES = `
  SELECT json_agg(obstacle) FROM (
    SELECT 'trigger ' || t.tgname AS obstacle FROM pg_trigger t WHERE t.tgrelid = c.oid
    UNION ALL SELECT 'rule ' || r.rulename FROM pg_rewrite r WHERE r.ev_class = c.oid AND r.rulename <> '_RETURN'
    UNION ALL SELECT 'extension ' || e.extname FROM pg_depend d JOIN pg_extension e ON e.oid = d.refobjid
               WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e'
    UNION ALL SELECT 'security label' FROM pg_seclabel l WHERE l.classoid = 'pg_class'::regclass AND l.objoid = c.oid
    UNION ALL SELECT 'a rule on this table' WHERE c.relkind NOT IN ('v', 'm')
    UNION ALL SELECT 'grants by ' || pg_get_userbyid(x.grantor) FROM aclexplode(c.relacl) AS x
               WHERE x.grantor <> c.relowner
    UNION ALL SELECT DISTINCT pg_describe_object(d.classid, d.objid, d.objsubid)
                FROM pg_depend d JOIN pg_type y ON y.typrelid = c.oid
               WHERE d.refclassid = 'pg_type'::regclass AND d.refobjid IN (y.oid, y.typarray)
                 AND NOT (d.classid = 'pg_type'::regclass AND d.objid = y.typarray)
    UNION ALL SELECT DISTINCT pg_describe_object(d.classid, d.objid, d.objsubid) FROM pg_depend d
               WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid = c.oid
                 AND d.classid NOT IN ('pg_rewrite'::regclass, 'pg_class'::regclass, 'pg_type'::regclass,
                                       'pg_trigger'::regclass, 'pg_attrdef'::regclass, 'pg_constraint'::regclass)
  ) AS o`;

const VIEWS = `${DEPENDING}
  SELECT format('%I.%I', n.nspname, c.relname) AS name, c.relkind = 'm' AS materialized,
         CASE WHEN c.relkind IN ('v', 'm') THEN pg_get_viewdef(c.oid) ELSE '' END AS definition,
         pg_get_userbyid(c.relowner) AS owner,
         COALESCE(to_json(c.reloptions), '[]') AS options, c.relispopulated AS populated,
         (SELECT spcname FROM pg_tablespace s WHERE s.oid = c.reltablespace) AS tablespace,
         (SELECT json_agg(a.attname ORDER BY a.attnum) FROM pg_attribute a
           WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS columns,
         COALESCE((${GRANTS}), '[]') AS grants, c.relacl IS NULL AS "defaultGrants",
         COALESCE((SELECT json_agg(json_build_object('column', a.attname, 'text', m.description))
            FROM pg_description m LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = m.objsubid
             AND m.objsubid > 0 WHERE m.classoid = 'pg_class'::regclass AND m.objoid = c.oid), '[]') AS comments,
         COALESCE((SELECT json_agg(json_build_object('column', a.attname, 'value', pg_get_expr(d.adbin, c.oid)))
            FROM pg_attrdef d JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.adnum
           WHERE d.adrelid = c.oid), '[]') AS defaults,
         COALESCE((SELECT json_agg(json_build_object('definition', pg_get_indexdef(x.indexrelid),
                     'name', x.indexrelid::regclass::text, 'comment', obj_description(x.indexrelid, 'pg_class')))
            FROM pg_index x WHERE x.indrelid = c.oid), '[]') AS indexes,
         pg_has_role(c.relowner, 'USAGE') AS "mayAlter", COALESCE((${OBSTACLES}), '[]') AS obstacles
    FROM (SELECT oid, max(depth) AS depth FROM depending GROUP BY oid) AS v
    JOIN pg_class c ON c.oid = v.oid JOIN pg_namespace n ON n.oid = c.relnamespace
   ORDER BY v.depth, c.oid`;

/** Columns, as the oid of their table and their number. */
export type ColumnRefs = readonly { readonly table: number; readonly column: number }[];

/**
 * The views that keep the columns' types from changing, in the order in which they can be made. With nothing on the
 * search path, so that definitions name the schema of everything.
 */
export async function readViews(client: ClientBase, columns: ColumnRefs): Promise<readonly ViewShape[]> {
  if (columns.length === 0) return [];
  const { rows } = await client.query<ViewShape>(VIEWS, [
    columns.map(({ table }) => table),
    columns.map(({ column }) => column),
  ]);
  return rows;
}

export function viewFaults(views: readonly ViewShape[]): readonly string[] {
  return views.flatMap((view) => {
    const faults = view.obstacles.map(
      (obstacle) =>
        `view ${view.name} is in the way of a type change and can't be put back as it is (${obstacle}): ` +
        'drop it, and make it again afterwards',
    );
    if (view.mayAlter) return faults;
    return [
      ...faults,
      `view ${view.name} belongs to ${view.owner}: connect as a role that is a member of ${view.owner}`,
    ];
  });
}
