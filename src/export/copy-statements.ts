import { escapeIdentifier } from 'pg';
import type { ExportedColumn, ExportedTable } from '../movies/exported-tables.js';
import type { ExportFormat } from './manifest.js';

/**
 * Characters that JSON always escapes. COPY's text format would double backslashes; its CSV format with these as quote and
 * delimiter writes JSON unchanged.
 */
const JSON_LINES = `FORMAT csv, QUOTE E'\\x01', DELIMITER E'\\x02'`;

/** A statement of COPY … TO STDOUT that writes a table's rows in a format; for Parquet, in PostgreSQL's binary format. */
export function copyStatement({ columns, rows }: ExportedTable, format: ExportFormat): string {
  const select = `SELECT ${columns.map((column) => EXPRESSIONS[format](column)).join(', ')} ${rows}`;
  switch (format) {
    case 'csv':
      return `COPY (${select}) TO STDOUT (FORMAT csv, HEADER)`;
    case 'ndjson':
      return `COPY (SELECT row_to_json(exported) FROM (${select}) AS exported) TO STDOUT (${JSON_LINES})`;
    case 'parquet':
      return `COPY (${select}) TO STDOUT (FORMAT binary)`;
  }
}

const EXPRESSIONS: Readonly<Record<ExportFormat, (column: ExportedColumn) => string>> = {
  csv: ({ name, type }) => {
    const column = escapeIdentifier(name);
    // COPY writes booleans as t and f, which pandas and Excel read as text.
    if (type === 'boolean') return `${column}::text AS ${column}`;
    return type === 'timestamp' ? `${utc(column)} AS ${column}` : column;
  },
  ndjson: ({ name, type }) => {
    const column = escapeIdentifier(name);
    if (type !== 'timestamp') return column;
    return `to_char(${utc(column)}, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS ${column}`;
  },
  parquet: ({ name, type }) => {
    const column = escapeIdentifier(name);
    if (type === 'int') return `${column}::int`;
    if (type === 'json' || type === 'text-list' || type === 'int-list') return `${column}::text`;
    return type === 'timestamp' ? utc(column) : column;
  },
};

/** As TIMESTAMP. Sessions run in UTC, so the cast keeps the time of either kind of column. */
function utc(column: string): string {
  return `${column}::timestamp`;
}
