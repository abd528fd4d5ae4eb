import { escapeIdentifier, type ClientBase } from 'pg';
import type { Target } from '../connection/pool.js';
import { valuesOf, type ColumnValue } from './row-values.js';
import { qualified } from './structure-faults.js';
import { columnOf, type TableShape } from './table-shape.js';

/** What is wrong with the rows: which table and column, how many and one example id; never a value. */
export async function rowFaults(
  client: ClientBase,
  where: Target,
  current: TableShape,
  target: TableShape,
): Promise<readonly string[]> {
  const name = qualified(where, current);
  const values = valuesOf(current, target);
  const unfit = await unfitFaults(client, name, current, values);
  const keys = keyColumns(target);
  // The values of a column that does not convert can't be looked at any further.
  const fit = unfit.size === 0 ? values : values.filter(({ column }) => keys.includes(column.name));
  const known = keys.some((key) => unfit.has(key))
    ? []
    : [...(await emptyFaults(client, name, fit)), ...(await duplicateFaults(client, name, current, target))];
  return [...unfit.values(), ...known];
}

function keyColumns(target: TableShape): readonly string[] {
  return target.indexes.find((index) => index.primary)?.columns ?? [];
}

/** By column. */
async function unfitFaults(
  client: ClientBase,
  name: string,
  current: TableShape,
  values: readonly ColumnValue[],
): Promise<ReadonlyMap<string, string>> {
  const doubtful = values.filter((value) => value.invalid !== null);
  if (doubtful.length === 0) return new Map();
  const hasId = columnOf(current, 'id') !== undefined;
  const facts = doubtful.map(
    ({ invalid }, at) =>
      `count(*) FILTER (WHERE ${invalid ?? 'false'})::int AS "count${at}", ` +
      `${hasId ? `min(id::text) FILTER (WHERE ${invalid ?? 'false'})` : 'NULL'} AS "id${at}"`,
  );
  const { rows } = await client.query<Record<string, unknown>>(`SELECT ${facts.join(', ')} FROM ${name}`);
  const [row] = rows;
  const faults = doubtful.flatMap(({ column }, at): [string, string][] => {
    const [count, id] = [Number(row?.[`count${at}`]), row?.[`id${at}`]];
    if (count === 0) return [];
    const example = typeof id === 'string' && column.name !== 'id' ? `, for example where id is ${id}` : '';
    const from = columnOf(current, column.name)?.type ?? '';
    const remedy = column.name === 'id' ? 'correct or delete those rows' : 'correct them or set them to NULL';
    const fault =
      `${name}.${escapeIdentifier(column.name)} (${from}) holds ${count} value${count === 1 ? '' : 's'} ` +
      `that can't become ${column.type}${example}: ${remedy}`;
    return [[column.name, fault]];
  });
  return new Map(faults);
}

async function emptyFaults(
  client: ClientBase,
  name: string,
  values: readonly ColumnValue[],
): Promise<string[]> {
  const required = values.filter(({ column }) => column.notNull);
  if (required.length === 0) return [];
  const counts = required.map(
    ({ value }, at) => `count(*) FILTER (WHERE (${value}) IS NULL)::int AS "${at}"`,
  );
  const { rows } = await client.query<Record<string, number>>(`SELECT ${counts.join(', ')} FROM ${name}`);
  return required.flatMap(({ column }, at) => {
    const count = rows[0]?.[String(at)] ?? 0;
    if (count === 0) return [];
    return [
      `${name} has ${count} row${count === 1 ? '' : 's'} without ${column.name}: fill it in or delete them`,
    ];
  });
}

async function duplicateFaults(
  client: ClientBase,
  name: string,
  current: TableShape,
  target: TableShape,
): Promise<string[]> {
  const repeated = repeatedKeys(name, current, target);
  if (repeated === null) return [];
  const { rows } = await client.query<{ id: string; count: number }>(
    `SELECT min(key) AS id, count(*)::int AS count FROM (
       SELECT concat_ws(', ', ${repeated.key}) AS key FROM ${name} AS t WHERE ${repeated.condition}
        GROUP BY 1 HAVING count(DISTINCT t::text) > 1) AS differing`,
  );
  const [found] = rows;
  if (found === undefined || found.count === 0) return [];
  return [
    `${name} has ${found.count} id${found.count === 1 ? '' : 's'} with rows that differ, ` +
      `for example ${found.id}: keep one row of each`,
  ];
}

/** Rows that are the same in every column become one. Gives how many went. */
export async function mergeDuplicates(
  client: ClientBase,
  where: Target,
  current: TableShape,
  target: TableShape,
): Promise<number> {
  const name = qualified(where, current);
  const repeated = repeatedKeys(name, current, target);
  if (repeated === null) return 0;
  const { rowCount } = await client.query(
    `DELETE FROM ${name} AS a USING (
       SELECT ctid, row_number() OVER (PARTITION BY ${repeated.key}) AS number FROM ${name} WHERE ${repeated.condition}
     ) AS d WHERE a.ctid = d.ctid AND d.number > 1`,
  );
  return rowCount ?? 0;
}

/** SQL for the rows whose key stands more than once; null where that can't be. */
function repeatedKeys(
  name: string,
  current: TableShape,
  target: TableShape,
): { key: string; condition: string } | null {
  const columns = keyColumns(target);
  const keys = valuesOf(current, target).filter(({ column }) => columns.includes(column.name));
  const kept = current.indexes.some((index) => index.primary && index.columns.join() === columns.join());
  if (keys.length < columns.length || (kept && keys.every(({ same }) => same))) return null;
  const key = keys.map(({ value }) => value).join(', ');
  const places = keys.map((_, at) => at + 1).join(', ');
  return {
    key,
    condition: `(${key}) IN (SELECT ${key} FROM ${name} GROUP BY ${places} HAVING count(*) > 1)`,
  };
}
