import { escapeLiteral } from 'pg';
import { convert } from './conversion.js';
import { columnOf, type ColumnShape, type TableShape } from './table-shape.js';

/** What one of our columns holds after the upgrade, as SQL over the old row. */
export interface ColumnValue {
  readonly column: ColumnShape;
  readonly value: string;
  /** True where the old value can't be kept; null: it always can. */
  readonly invalid: string | null;
  /** True for a row whose value becomes another, conversion aside; null: there is none. */
  readonly changes: string | null;
  /** Without `changes`, PostgreSQL turns the column into ours by itself. */
  readonly implicit: boolean;
  /** The old column has our type. */
  readonly same: boolean;
}

const NOW = `timezone('utc'::text, now())`;
/** As the pipeline says it of a run of its own. */
const INTERRUPTED = 'Interrupted: the process that ran it ended before the run did. What was stored stays.';

/** In any case; a word that is not here becomes FAILED, and is kept in the error message. */
const WORDS: Record<string, readonly string[]> = {
  SUCCESS: ['SUCCESS', 'SUCCEEDED', 'SUCCESSFUL', 'COMPLETED', 'COMPLETE', 'DONE', 'OK'],
  PARTIAL: ['PARTIAL', 'PARTIAL_SUCCESS'],
  FAILED: ['FAILED', 'FAILURE', 'ERROR'],
  CANCELLED: ['CANCELLED', 'CANCELED'],
};
const ACTIVE = ['RUNNING', 'QUEUED', 'STARTED', 'PENDING', 'IN_PROGRESS'];

type Value = (column: string) => string;

/** Values that depend on more than the column itself. `value` gives a column's converted value, or NULL without one. */
const OVERRIDES: Record<string, Record<string, (value: Value) => string>> = {
  movies: {
    created_at: (value) => `COALESCE(${value('created_at')}, ${value('updated_at')}, ${NOW})`,
    updated_at: (value) => `COALESCE(${value('updated_at')}, ${value('created_at')}, ${NOW})`,
  },
  genres: {
    name: (value) => `COALESCE(${value('name')}, '')`,
  },
  pipeline_runs: {
    // A run of unknown time must not pass for the newest.
    run_date: (value) => `COALESCE(${value('run_date')}, 'epoch')`,
    status: (value) => `CASE ${meanings(value)} ELSE 'FAILED' END`,
    error_message: (value) =>
      `CASE WHEN ${isActive(value)}
            THEN concat_ws(' ', ${escapeLiteral(INTERRUPTED)}, NULLIF(${value('error_message')}, ''))
            WHEN ${isUnknown(value)}
            THEN concat_ws(' ', 'Status before the upgrade: ' || COALESCE(${value('status')}, 'none') || '.',
                           NULLIF(${value('error_message')}, ''))
            ELSE ${value('error_message')} END`,
    finished_at: (value) =>
      `CASE WHEN ${isActive(value)} THEN COALESCE(${value('finished_at')}, now()) ELSE ${value('finished_at')} END`,
  },
};

function word(value: Value): string {
  return `upper(btrim(${value('status')}))`;
}

function meanings(value: Value): string {
  return Object.entries(WORDS)
    .map(([status, words]) => `WHEN ${isOneOf(value, words)} THEN '${status}'`)
    .join(' ');
}

/** No run of an old service goes on: its process is gone. */
function isActive(value: Value): string {
  return isOneOf(value, ACTIVE);
}

function isUnknown(value: Value): string {
  return `NOT ${isOneOf(value, [...ACTIVE, ...Object.values(WORDS).flat()])}`;
}

function isOneOf(value: Value, words: readonly string[]): string {
  return `COALESCE(${word(value)} IN (${words.map((one) => `'${one}'`).join(', ')}), false)`;
}

/** Our columns that the table has, with what becomes of their values. */
export function valuesOf(current: TableShape, target: TableShape): readonly ColumnValue[] {
  const value: Value = (name) => {
    const [from, to] = [columnOf(current, name), columnOf(target, name)];
    return from === undefined || to === undefined ? 'NULL' : convert(from, to).value;
  };
  return target.columns.flatMap((column) => {
    const from = columnOf(current, column.name);
    return from === undefined ? [] : [valueOf(from, column, OVERRIDES[current.name]?.[column.name]?.(value))];
  });
}

function valueOf(from: ColumnShape, column: ColumnShape, override: string | undefined): ColumnValue {
  const conversion = convert(from, column);
  const { implicit, invalid } = conversion;
  const same = from.type === column.type && from.collated === column.collated;
  const filled =
    override ?? (hasConstantDefault(column) ? `COALESCE(${conversion.value}, ${column.default})` : null);
  if (filled !== null) {
    return {
      column,
      value: filled,
      invalid,
      implicit,
      same,
      changes: `(${filled}) IS DISTINCT FROM ${conversion.value}`,
    };
  }
  return {
    column,
    value: conversion.value,
    invalid,
    implicit,
    same,
    changes: same ? ownChanges(column) : null,
  };
}

export function hasConstantDefault(column: ColumnShape): column is ColumnShape & { default: string } {
  return (
    column.notNull && column.default !== null && column.sequence === null && !column.default.includes('(')
  );
}

/** Of values that our type holds but our columns never do: JSON's null and NaN. */
function ownChanges(column: ColumnShape): string | null {
  const name = `"${column.name}"`;
  // The size is known without reading a long value from its own storage.
  if (column.base === 'jsonb') return `CASE WHEN pg_column_size(${name}) < 20 THEN ${name} = 'null' END`;
  if (column.base === 'float8') return `${name} = 'NaN'`;
  return null;
}
