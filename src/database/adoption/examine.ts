import { escapeIdentifier, type ClientBase } from 'pg';
import { DatabaseError } from '../errors/database-error.js';
import type { Target } from '../connection/pool.js';
import { dependentFaults } from './dependents.js';
import { rowFaults } from './row-faults.js';
import { valuesOf } from './row-values.js';
import { identityFault, qualified, structureFaults } from './structure-faults.js';
import { findChangedColumns, isRewritten } from './table-changes.js';
import { columnOf, readShapes, type TableShape } from './table-shape.js';
import { readViews, viewFaults, type ColumnRefs, type ViewShape } from './views.js';

export interface Examination {
  /** The tables of our names that are there. */
  readonly found: ReadonlyMap<string, TableShape>;
  /** Per table, columns of our type in which some row's value becomes another. */
  readonly changed: ReadonlyMap<string, ReadonlySet<string>>;
  /** Views that have to go while types change. */
  readonly views: readonly ViewShape[];
}

/**
 * Looks at the tables of our names, and locks them. Changes nothing.
 * @throws DatabaseError NOT_ADOPTABLE with every reason not to go on
 */
export async function examine(
  client: ClientBase,
  where: Target,
  targets: ReadonlyMap<string, TableShape>,
): Promise<Examination> {
  const found = await readShapes(client, escapeIdentifier(where.schema), [...targets.keys()]);
  const pairs = pair(found, targets);
  const strangers = pairs.flatMap(([current, target]) => identityFault(current, target, where) ?? []);
  const known = pairs.filter(([current, target]) => identityFault(current, target, where) === null);
  const structure = known.flatMap(([current, target]) => structureFaults(current, target, where));
  if (strangers.length + structure.length === 0) await lock(client, where, known);
  const readable = known.filter(([current]) => current.readable);
  const rows: string[] = [];
  const sound: typeof readable = [];
  for (const [current, target] of readable) {
    const faults = await rowFaults(client, where, current, target);
    rows.push(...faults);
    if (faults.length === 0) sound.push([current, target]);
  }
  const changed = new Map<string, ReadonlySet<string>>();
  for (const [current, target] of sound) {
    changed.set(current.name, await findChangedColumns(client, where, current, target));
  }
  const { views, faults } = await examineDependents(client, where, known, changed);
  refuse([...strangers, ...structure, ...rows, ...faults], where);
  return { found, changed, views };
}

export function refuse(faults: readonly string[], where: Target): void {
  if (faults.length === 0) return;
  throw new DatabaseError(
    'NOT_ADOPTABLE',
    [
      `The tables at ${where.label} can't be upgraded as they are. Nothing was changed. Put right, then start again:`,
      ...faults.map((fault) => `  - ${fault}`),
    ].join('\n'),
  );
}

function pair(
  found: ReadonlyMap<string, TableShape>,
  targets: ReadonlyMap<string, TableShape>,
): readonly (readonly [TableShape, TableShape])[] {
  return [...targets.values()].flatMap((target) => {
    const current = found.get(target.name);
    return current === undefined ? [] : [[current, target] as const];
  });
}

async function lock(
  client: ClientBase,
  where: Target,
  tables: readonly (readonly [TableShape, TableShape])[],
): Promise<void> {
  if (tables.length === 0) return;
  const names = tables.map(([current]) => qualified(where, current));
  await client.query(`LOCK TABLE ${names.join(', ')} IN ACCESS EXCLUSIVE MODE`);
}

async function examineDependents(
  client: ClientBase,
  where: Target,
  tables: readonly (readonly [TableShape, TableShape])[],
  changed: ReadonlyMap<string, ReadonlySet<string>>,
): Promise<{ views: readonly ViewShape[]; faults: readonly string[] }> {
  const refs: ColumnRefs = tables.flatMap(([current, target]) =>
    valuesOf(current, target)
      .filter((value) => isRewritten(value, changed.get(current.name) ?? new Set()))
      .map((value) => ({ table: current.oid, column: columnOf(current, value.column.name)?.number ?? 0 })),
  );
  const dependents = await dependentFaults(client, refs);
  // Definitions are to name the schema of everything they use.
  await client.query('SET LOCAL search_path = pg_catalog');
  const views = await readViews(client, refs);
  await client.query(`SET LOCAL search_path = ${escapeIdentifier(where.schema)}`);
  return { views, faults: [...dependents, ...viewFaults(views)] };
}
