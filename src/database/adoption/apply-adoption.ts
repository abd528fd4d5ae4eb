import { escapeIdentifier, type ClientBase } from 'pg';
import type { Target } from '../connection/pool.js';
import { refuse, type Examination } from './examine.js';
import { probeFaults } from './probe.js';
import { mergeDuplicates } from './row-faults.js';
import { qualified } from './structure-faults.js';
import {
  addColumns,
  addForeignKeys,
  alterColumns,
  findChangedColumns,
  finishTable,
  fixSequences,
} from './table-changes.js';
import { readShapes, type TableShape } from './table-shape.js';
import { differences } from './verify.js';
import { dropViews, restoreViews } from './views-restore.js';

type Shapes = ReadonlyMap<string, TableShape>;

/**
 * Makes the tables equal to the targets. A missing table is one without columns as yet.
 * @returns how many rows were the same as another and are gone
 */
export async function applyAdoption(
  client: ClientBase,
  where: Target,
  targets: Shapes,
  { found, changed, views }: Examination,
): Promise<number> {
  let merged = 0;
  const read = (): Promise<Shapes> => readShapes(client, escapeIdentifier(where.schema), [...targets.keys()]);
  for (const target of targets.values()) {
    if (!found.has(target.name)) await client.query(`CREATE TABLE ${qualified(where, target)} ()`);
  }
  await each(await read(), targets, (current, target) => run(client, addColumns(where, current, target)));
  await dropViews(client, views);
  await each(await read(), targets, async (current, target) => {
    merged += await mergeDuplicates(client, where, found.get(target.name) ?? current, target);
    const filled = await findChangedColumns(client, where, current, target);
    const all = new Set([...(changed.get(target.name) ?? []), ...filled]);
    await run(client, alterColumns(where, current, target, all));
  });
  await each(await read(), targets, async (current, target) => {
    for (const statement of finishTable(where, current, target)) await client.query(statement);
  });
  await each(await read(), targets, async (current, target) => {
    for (const statement of addForeignKeys(where, current, target)) await client.query(statement);
    await fixSequences(client, where, current, target);
  });
  await restoreViews(client, where, views);
  refuse(await probeFaults(client, where, found.values()), where);
  refuse(differences(await read(), targets), where);
  return merged;
}

async function each(
  shapes: Shapes,
  targets: Shapes,
  work: (current: TableShape, target: TableShape) => Promise<void>,
): Promise<void> {
  for (const target of targets.values()) {
    const current = shapes.get(target.name);
    if (current !== undefined) await work(current, target);
  }
}

async function run(client: ClientBase, statement: string | null): Promise<void> {
  if (statement !== null) await client.query(statement);
}
