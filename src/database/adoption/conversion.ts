import { escapeIdentifier } from 'pg';
import { CONVERTERS, onlyNull, type Source } from './converters.js';
import type { ColumnShape } from './table-shape.js';

/** How the values of an old column become those of ours. The SQL is over the old row. */
export interface Conversion {
  /** The value in our type. Defined only where `invalid` is not true. */
  readonly value: string;
  /** True for a value that our type can't hold without loss; null: there is none. */
  readonly invalid: string | null;
  /** PostgreSQL converts by itself, without writing the table anew. */
  readonly implicit: boolean;
}

/** By `pg_type.typname`. */
const SOURCES: Record<string, Source> = {
  int2: 'integer',
  int4: 'integer',
  int8: 'integer',
  numeric: 'numeric',
  float4: 'real',
  float8: 'double',
  text: 'text',
  varchar: 'text',
  bpchar: 'text',
  name: 'text',
  citext: 'text',
  json: 'json',
  jsonb: 'jsonb',
  bool: 'boolean',
  date: 'date',
  timestamp: 'timestamp',
  timestamptz: 'timestamptz',
};

/** From an old column to ours. An old column of any type converts as long as it is empty. */
export function convert(from: ColumnShape, to: ColumnShape): Conversion {
  const column = escapeIdentifier(from.name);
  const type = to.type.replace(/\(\d+\)/, '');
  const converter = CONVERTERS[type]?.[sourceOf(from)];
  const { value, invalid } = converter?.(column) ?? onlyNull(column, type);
  if (from.type === to.type) return { value, invalid: null, implicit: true };
  return { value, invalid: withinLength(to, value, invalid), implicit: isImplicit(from, to) };
}

function sourceOf(column: ColumnShape): Source {
  if (column.category === 'A') return 'array';
  return column.category === 'E' ? 'text' : (SOURCES[column.base] ?? 'other');
}

function isImplicit(from: ColumnShape, to: ColumnShape): boolean {
  if (to.base === 'text') return ['text', 'varchar'].includes(from.base);
  return to.base === 'timestamp' && from.base === 'timestamp';
}

/** A cast to VARCHAR(n) would cut longer values off without a word. */
function withinLength(to: ColumnShape, value: string, invalid: string | null): string | null {
  const length = /^character varying\((\d+)\)$/.exec(to.type)?.[1];
  if (length === undefined) return invalid;
  const tooLong = `char_length(${value}) > ${length}`;
  return invalid === null ? tooLong : `CASE WHEN ${invalid} THEN true ELSE ${tooLong} END`;
}
