import { escapeIdentifier, escapeLiteral, type ClientBase } from 'pg';
import type { Target } from '../connection/pool.js';
import { hasConstantDefault, valuesOf, type ColumnValue } from './row-values.js';
import { isDroppable, qualified } from './structure-faults.js';
import { columnOf, type ColumnShape, type IndexShape, type TableShape } from './table-shape.js';

/** Columns that the table lacks. What depends on the row is filled in later, once, with everything else. */
export function addColumns(where: Target, current: TableShape, target: TableShape): string | null {
  const missing = target.columns.filter((column) => columnOf(current, column.name) === undefined);
  if (missing.length === 0) return null;
  const actions = missing.map((column) => {
    const added = `ADD COLUMN ${escapeIdentifier(column.name)}`;
    if (column.sequence !== null) return `${added} ${column.type === 'bigint' ? 'BIGSERIAL' : 'SERIAL'}`;
    return hasConstantDefault(column)
      ? `${added} ${column.type} DEFAULT ${column.default} NOT NULL`
      : `${added} ${column.type}`;
  });
  return alter(where, current, actions);
}

/** Of the columns that stay as they are for PostgreSQL, those in which some row's value becomes another. */
export async function findChangedColumns(
  client: ClientBase,
  where: Target,
  current: TableShape,
  target: TableShape,
): Promise<ReadonlySet<string>> {
  const doubtful = valuesOf(current, target).filter((value) => value.changes !== null);
  if (doubtful.length === 0) return new Set();
  const facts = doubtful.map(
    ({ changes }, at) => `COALESCE(bool_or(${changes ?? 'false'}), false) AS "${at}"`,
  );
  const { rows } = await client.query<Record<string, boolean>>(
    `SELECT ${facts.join(', ')} FROM ${qualified(where, current)}`,
  );
  return new Set(doubtful.filter((_, at) => rows[0]?.[String(at)] === true).map(({ column }) => column.name));
}

/** Whether the column's type, or a value in it, has to be written anew: what views over it prevent. */
export function isRewritten(value: ColumnValue, changed: ReadonlySet<string>): boolean {
  return !value.same || changed.has(value.column.name);
}

/** Types, values, defaults, NOT NULL and the primary key, in one pass over the table. */
export function alterColumns(
  where: Target,
  current: TableShape,
  target: TableShape,
  changed: ReadonlySet<string>,
): string | null {
  const values = valuesOf(current, target).flatMap((value) => {
    const from = columnOf(current, value.column.name);
    return from === undefined ? [] : columnActions(from, value, changed);
  });
  const actions = [...dropKeys(current, target), ...values, ...addPrimaryKey(current, target)];
  if (current.unlogged) actions.push('SET LOGGED');
  return actions.length === 0 ? null : alter(where, current, actions);
}

function columnActions(from: ColumnShape, value: ColumnValue, changed: ReadonlySet<string>): string[] {
  const { column } = value;
  const using = value.implicit && !changed.has(column.name) ? '' : ` USING ${value.value}`;
  const keepsDefault = hasOwnSequence(from, column) || (from.default === column.default && value.same);
  const actions: [boolean, string][] = [
    [from.generated === 's', 'DROP EXPRESSION'],
    [from.identity, 'DROP IDENTITY'],
    [!keepsDefault && from.default !== null, 'DROP DEFAULT'],
    [isRewritten(value, changed), `TYPE ${column.type}${using}`],
    [
      !keepsDefault && column.default !== null && column.sequence === null,
      `SET DEFAULT ${column.default ?? ''}`,
    ],
    [from.notNull && !column.notNull, 'DROP NOT NULL'],
    [!from.notNull && column.notNull, 'SET NOT NULL'],
  ];
  const altered = `ALTER COLUMN ${escapeIdentifier(column.name)}`;
  return actions.filter(([needed]) => needed).map(([, action]) => `${altered} ${action}`);
}

function hasOwnSequence(from: ColumnShape, column: ColumnShape): boolean {
  return column.sequence !== null && from.default?.startsWith('nextval(') === true;
}

function isOwnKey(index: IndexShape, target: TableShape): boolean {
  const own = target.indexes.find((other) => other.primary);
  return index.primary && !index.deferrable && index.columns.join() === own?.columns.join();
}

function dropKeys(current: TableShape, target: TableShape): string[] {
  const dropped = current.indexes.filter(
    (index) =>
      index.constraint !== null &&
      ((index.primary && !isOwnKey(index, target)) || isDroppable(index, current)),
  );
  return dropped.map(({ constraint }) => `DROP CONSTRAINT ${escapeIdentifier(constraint ?? '')}`);
}

/** A key over other columns goes on as a unique constraint, unless it restricts ours. */
function addPrimaryKey(current: TableShape, target: TableShape): string[] {
  const key = target.indexes.find((index) => index.primary);
  if (key === undefined || current.indexes.some((index) => isOwnKey(index, target))) return [];
  const columns = (names: readonly string[]): string =>
    names.map((name) => escapeIdentifier(name)).join(', ');
  const added = [`ADD CONSTRAINT ${escapeIdentifier(key.name)} PRIMARY KEY (${columns(key.columns)})`];
  const former = current.indexes.find((index) => index.primary);
  if (former?.columns.every((name) => columnOf(target, name) === undefined) === true) {
    added.push(`ADD UNIQUE (${columns(former.columns)})`);
  }
  return added;
}

/** Names, indexes and foreign keys, once the columns are ours. */
export function finishTable(where: Target, current: TableShape, target: TableShape): readonly string[] {
  const name = qualified(where, current);
  const renamed = current.indexes.flatMap((index) => {
    const key = target.indexes.find((own) => own.primary);
    if (!index.primary || key === undefined || key.name === index.name) return [];
    return [
      `ALTER TABLE ${name} RENAME CONSTRAINT ${escapeIdentifier(index.name)} TO ${escapeIdentifier(key.name)}`,
    ];
  });
  const dropped = current.indexes
    .filter((index) => index.constraint === null && index.unique && isDroppable(index, current))
    .map((index) => `DROP INDEX ${escapeIdentifier(where.schema)}.${escapeIdentifier(index.name)}`);
  const indexes = target.indexes
    .filter((own) => !own.primary && !current.indexes.some((index) => isSameIndex(index, own)))
    .map(
      (own) =>
        `CREATE ${own.unique ? 'UNIQUE ' : ''}INDEX ${escapeIdentifier(own.name)} ON ${name} ${own.definition}`,
    );
  return [...renamed, ...dropped, ...indexes];
}

function isSameIndex(index: IndexShape, own: IndexShape): boolean {
  return index.name === own.name && index.unique === own.unique && index.definition === own.definition;
}

export function addForeignKeys(where: Target, current: TableShape, target: TableShape): readonly string[] {
  return target.foreignKeys
    .filter(
      (own) => !current.foreignKeys.some((key) => key.name === own.name && key.definition === own.definition),
    )
    .map(
      (own) =>
        `ALTER TABLE ${qualified(where, current)} ADD CONSTRAINT ${escapeIdentifier(own.name)} ${own.definition}`,
    );
}

/** Gives a column a sequence as SERIAL does, or moves the one it has past the greatest value. */
export async function fixSequences(
  client: ClientBase,
  where: Target,
  current: TableShape,
  target: TableShape,
): Promise<void> {
  for (const own of target.columns.filter((column) => column.sequence !== null)) {
    const column = columnOf(current, own.name);
    const sequence =
      column === undefined || column.default === null
        ? await addSequence(client, where, current, own)
        : column.sequence;
    if (sequence === null) continue;
    const name = qualified(where, current);
    // A sequence is not rolled back: it is only ever moved forward.
    await client.query(
      `SELECT setval(${escapeLiteral(sequence)}, most) FROM (SELECT max(${escapeIdentifier(own.name)}) AS most FROM ${name}) AS m
        WHERE most >= (SELECT last_value FROM ${sequence})`,
    );
  }
}

async function addSequence(
  client: ClientBase,
  where: Target,
  table: TableShape,
  column: ColumnShape,
): Promise<string> {
  const wanted = `${table.name}_${column.name}_seq`;
  const { rows } = await client.query<{ name: string }>(
    `SELECT name FROM (SELECT $1 || CASE WHEN n = 0 THEN '' ELSE n::text END AS name, n FROM generate_series(0, 99) AS n) AS free
      WHERE NOT EXISTS (SELECT FROM pg_class WHERE relname = name AND relnamespace = $2::regnamespace) ORDER BY n LIMIT 1`,
    [wanted, escapeIdentifier(where.schema)],
  );
  const sequence = qualified(where, { name: rows[0]?.name ?? wanted });
  const of = `${qualified(where, table)}.${escapeIdentifier(column.name)}`;
  await client.query(`CREATE SEQUENCE ${sequence} AS ${column.type} OWNED BY ${of}`);
  await client.query(
    `ALTER TABLE ${qualified(where, table)} ALTER COLUMN ${escapeIdentifier(column.name)}
       SET DEFAULT nextval(${escapeLiteral(sequence)}::regclass)`,
  );
  return sequence;
}

function alter(where: Target, table: TableShape, actions: readonly string[]): string {
  return `ALTER TABLE ${qualified(where, table)} ${actions.join(', ')}`;
}
