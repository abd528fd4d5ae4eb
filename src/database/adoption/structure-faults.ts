import { escapeIdentifier } from 'pg';
import type { Target } from '../connection/pool.js';
import { columnOf, type IndexShape, type TableShape } from './table-shape.js';

/** What tells v2's and v3's tables from others of the same name, besides `id`. */
const MARKS: Record<string, readonly string[]> = {
  movies: ['overview', 'vote_average', 'vote_count', 'popularity', 'poster_url', 'backdrop_url', 'genres'],
  genres: ['name'],
  pipeline_runs: ['run_date', 'movies_processed', 'status'],
};

const KINDS: Record<string, string> = {
  v: 'a view',
  m: 'a materialized view',
  f: 'a foreign table',
  p: 'a partitioned table',
  S: 'a sequence',
  c: 'a type',
};

/** Why a table of one of our names is none of ours, or null. */
export function identityFault(current: TableShape, target: TableShape, where: Target): string | null {
  const name = qualified(where, current);
  const kind = KINDS[current.kind];
  const instead = 'rename it, or add another ?schema= to DATABASE_URL';
  if (kind !== undefined) return `${name} is ${kind}, not an ordinary table: ${instead}`;
  if (!isSomethingElse(current, target)) return null;
  return `${name} is not a table of this pipeline (${whyNot(current, target)}): ${instead}`;
}

/** Why a table of ours can't be upgraded, as its shape tells. Each with what to do. */
export function structureFaults(current: TableShape, target: TableShape, where: Target): readonly string[] {
  const name = qualified(where, current);
  return [
    ...accessFaults(current, name),
    ...columnFaults(current, target, name),
    ...keyFaults(current, target, name),
  ];
}

/** A unique name is v3's own; our genres are kept apart by their ids, so that TMDB can rename one. */
export function isDroppable(index: IndexShape, table: TableShape): boolean {
  return (
    table.name === 'genres' &&
    index.columns.join() === 'name' &&
    index.definition.endsWith('(name)') &&
    !index.referenced
  );
}

function isSomethingElse(current: TableShape, target: TableShape): boolean {
  const has = (name: string): boolean => columnOf(current, name) !== undefined;
  const marks = MARKS[current.name];
  if (marks === undefined) {
    return target.columns.some((column) => column.notNull && column.default === null && !has(column.name));
  }
  const id = columnOf(current, 'id');
  if (id === undefined ? current.name !== 'pipeline_runs' : !['N', 'S'].includes(id.category)) return true;
  if (marks.some(has)) return false;
  const strangers = current.columns.filter((column) => columnOf(target, column.name) === undefined);
  return strangers.length > 0 || !has('title');
}

function whyNot(current: TableShape, target: TableShape): string {
  const id = columnOf(current, 'id');
  if (id !== undefined && !['N', 'S'].includes(id.category)) return `its id is a ${id.type}`;
  const expected = MARKS[current.name] ?? target.columns.map((column) => column.name);
  const wanted = current.name === 'pipeline_runs' ? expected : ['id', ...expected];
  return `it has no ${wanted.filter((name) => columnOf(current, name) === undefined).join(', ')}`;
}

function accessFaults(current: TableShape, name: string): string[] {
  const faults: string[] = [];
  if (!current.owned) {
    faults.push(
      `${name} belongs to another role: connect as its owner, or run ALTER TABLE ${name} OWNER TO that role`,
    );
  }
  if (current.inherits) faults.push(`${name} inherits or is inherited: detach it (ALTER TABLE … NO INHERIT)`);
  if (current.hasRules)
    faults.push(`${name} has rules, which upserts can't go through: DROP RULE … ON ${name}`);
  if (current.forcesRowSecurity) {
    faults.push(`${name} hides rows from its owner: ALTER TABLE ${name} NO FORCE ROW LEVEL SECURITY`);
  }
  return faults;
}

function columnFaults(current: TableShape, target: TableShape, name: string): string[] {
  return current.columns.flatMap((column) => {
    const quoted = escapeIdentifier(column.name);
    if (columnOf(target, column.name) !== undefined) {
      return column.generated === 'v'
        ? [`${name}.${quoted} is computed: ALTER TABLE ${name} DROP COLUMN ${quoted}`]
        : [];
    }
    const fillsItself = column.default !== null || column.identity || column.generated !== '';
    if (!column.notNull || fillsItself) return [];
    return [
      `${name}.${quoted} is required and has no default, so no movie of ours would fit: ` +
        `ALTER TABLE ${name} ALTER COLUMN ${quoted} DROP NOT NULL (or SET DEFAULT)`,
    ];
  });
}

function keyFaults(current: TableShape, target: TableShape, name: string): string[] {
  const ours = (column: string): boolean => columnOf(target, column) !== undefined;
  const keys = target.indexes.find((index) => index.primary)?.columns ?? [];
  const faults = current.indexes.flatMap((index) => {
    if (index.primary) return primaryKeyFaults(index, keys, name);
    const restricts = (index.unique || index.definition.includes('USING gist')) && index.columns.some(ours);
    const ownIndex = target.indexes.some((own) => own.name === index.name);
    const harmless =
      keys.every((key) => index.columns.includes(key)) || ownIndex || isDroppable(index, current);
    if (!restricts || harmless) return [];
    return [
      `${name} allows each ${index.columns.join(', ')} once, which TMDB doesn't: ${dropping(index, name)}`,
    ];
  });
  const own = target.foreignKeys.map((key) => key.name);
  const foreign = current.foreignKeys.filter((key) => key.columns.some(ours) && !own.includes(key.name));
  return [
    ...faults,
    ...foreign.map((key) => {
      const drop = `ALTER TABLE ${name} DROP CONSTRAINT ${escapeIdentifier(key.name)}`;
      return `${name} (${key.columns.join(', ')}) may only hold what another table has: ${drop}`;
    }),
  ];
}

function primaryKeyFaults(index: IndexShape, keys: readonly string[], name: string): string[] {
  const fits = index.columns.join() === keys.join() && !index.deferrable;
  if (fits || !index.referenced) return [];
  return [
    `${name} has another primary key, which foreign keys rely on: make it (${keys.join(', ')}), not deferrable`,
  ];
}

function dropping(index: IndexShape, name: string): string {
  return index.constraint === null
    ? `DROP INDEX ${escapeIdentifier(index.name)}`
    : `ALTER TABLE ${name} DROP CONSTRAINT ${escapeIdentifier(index.constraint)}`;
}

export function qualified(where: Target, table: { readonly name: string }): string {
  return `${escapeIdentifier(where.schema)}.${escapeIdentifier(table.name)}`;
}
