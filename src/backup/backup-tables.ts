import { type ClientBase, escapeIdentifier } from 'pg';
import { readTableNames } from '../database/migrations/migration-files.js';
import { BackupError, type BackupTable } from './backup-format.js';

export const HISTORY = '_prisma_migrations';

interface TableRow extends BackupTable {
  /** Tables that its foreign keys refer to. */
  readonly parents: readonly string[];
}

/** Our tables in the current schema, each after those that its foreign keys refer to. Computed columns are left out. */
export async function readTables(client: ClientBase): Promise<readonly BackupTable[]> {
  const { rows } = await client.query<TableRow>(
    `SELECT c.relname AS name,
       (SELECT json_agg(json_build_object('name', a.attname, 'type', format_type(a.atttypid, a.atttypmod)) ORDER BY a.attnum)
          FROM pg_attribute a
         WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '') AS columns,
       ARRAY(SELECT p.relname::text FROM pg_constraint f JOIN pg_class p ON p.oid = f.confrelid
              WHERE f.conrelid = c.oid AND f.contype = 'f' AND p.oid <> c.oid) AS parents
     FROM pg_class c
     WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p') AND c.relname = ANY ($1)
     ORDER BY c.relname`,
    [[...(await readTableNames()), HISTORY]],
  );
  return parentsFirst(rows);
}

function parentsFirst(tables: readonly TableRow[]): readonly BackupTable[] {
  const sorted: BackupTable[] = [];
  const left = new Map(tables.map((table) => [table.name, table]));
  while (left.size > 0) {
    const ready = [...left.values()].filter(({ parents }) => !parents.some((parent) => left.has(parent)));
    if (ready.length === 0)
      throw new BackupError(
        `The foreign keys of ${[...left.keys()].join(', ')} form a circle. Drop one of them.`,
      );
    for (const { name, columns } of ready) {
      sorted.push({ name, columns });
      left.delete(name);
    }
  }
  return sorted;
}

/** `"name" ("column", …)`, for COPY. */
export function copyTarget({ name, columns }: BackupTable): string {
  return `${escapeIdentifier(name)} (${columns.map((column) => escapeIdentifier(column.name)).join(', ')})`;
}
