import { columnOf, type TableShape } from './table-shape.js';

/** Where the tables are not what they should have become: the last look before the upgrade is committed. */
export function differences(
  shapes: ReadonlyMap<string, TableShape>,
  targets: ReadonlyMap<string, TableShape>,
): readonly string[] {
  return [...targets.values()].flatMap((target) => {
    const current = shapes.get(target.name);
    return current === undefined ? [`${target.name} is missing`] : tableDifferences(current, target);
  });
}

function tableDifferences(current: TableShape, target: TableShape): string[] {
  const columns = target.columns
    .filter((column) => describeColumn(current, column.name) !== describeColumn(target, column.name))
    .map((column) => `${target.name}.${column.name} did not become what it should`);
  const indexes = target.indexes
    .filter(
      (own) =>
        !current.indexes.some((index) => index.name === own.name && index.definition === own.definition),
    )
    .map((index) => `index ${index.name} on ${target.name} is missing`);
  const keys = target.foreignKeys
    .filter(
      (own) => !current.foreignKeys.some((key) => key.name === own.name && key.definition === own.definition),
    )
    .map((key) => `foreign key ${key.name} of ${target.name} is missing`);
  return [...columns, ...indexes, ...keys];
}

function describeColumn(table: TableShape, name: string): string {
  const column = columnOf(table, name);
  if (column === undefined) return '';
  const value = column.default?.startsWith('nextval(') === true ? 'nextval' : column.default;
  return [column.type, column.notNull, value, column.identity, column.generated, column.collated].join();
}
