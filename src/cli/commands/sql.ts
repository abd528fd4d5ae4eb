import { type Command, Option } from 'commander';
import type { ReadOnlyResult } from '../../database/access/read-only-query.js';
import { addCommand, exitWith, type Output } from '../command.js';
import { EXIT } from '../exit-code.js';
import { cut, number, table } from '../format.js';

const MOST_ROWS = 1_000;
const CELL_WIDTH = 60;

export function addSqlCommand(program: Command): void {
  addCommand(program, 'sql', `run one query on the movie tables and print at most ${number(MOST_ROWS)} rows`)
    .argument('<query>', 'such as "SELECT title FROM movies LIMIT 5"')
    .addOption(new Option('--csv', 'print CSV').conflicts('json').default(false))
    .action(exitWith(sql));
}

async function sql(query: string, output: Output & { readonly csv: boolean }): Promise<number> {
  const { commandConfig, openCommandDatabase } = await import('../context.js');
  const { runReadOnly } = await import('../../database/access/read-only-query.js');
  const database = await openCommandDatabase(commandConfig({ tmdbKey: false }), 'check');
  try {
    const client = await database.connectReader();
    try {
      const result = await runReadOnly(client, query, MOST_ROWS);
      process.stdout.write(`${textOf(result, output)}\n`);
      if (result.isCut) process.stderr.write(`Only the first ${number(MOST_ROWS)} rows. ${CONTINUE}\n`);
    } finally {
      await client.end();
    }
  } finally {
    await database.close();
  }
  return EXIT.success;
}

const CONTINUE = 'Add LIMIT and OFFSET, or use psql: npx movie-pipeline psql-url';

function textOf(result: ReadOnlyResult, { json, csv }: { json: boolean; csv: boolean }): string {
  const heading = result.fields.map(({ name }) => name);
  if (json) return JSON.stringify({ rows: jsonRows(result), is_cut: result.isCut }, null, 2);
  if (csv) return [heading, ...result.rows].map((row) => row.map(csvCell).join(',')).join('\n');
  return table(
    heading,
    result.rows.map((row) => row.map((cell) => cut(cell ?? '', CELL_WIDTH))),
  );
}

/** NULL is an empty cell, and an empty string a quoted one, as in PostgreSQL's own CSV. */
function csvCell(value: string | null): string {
  if (value === null) return '';
  return value === '' || /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}

function jsonRows({ fields, rows }: ReadOnlyResult): readonly Record<string, unknown>[] {
  return rows.map((row) =>
    Object.fromEntries(
      fields.map(({ name, dataTypeID }, column) => [name, jsonValue(row[column] ?? null, dataTypeID)]),
    ),
  );
}

/** The ids of PostgreSQL's types: int8, int2, int4, float4, float8, numeric. */
const NUMBERS = [20, 21, 23, 700, 701, 1700];
const BOOLEAN = 16;
/** json, jsonb. */
const JSONS = [114, 3802];

/** A number that JavaScript can't hold exactly stays text. */
function jsonValue(text: string | null, type: number): unknown {
  if (text === null) return null;
  if (type === BOOLEAN) return text === 't';
  if (JSONS.includes(type)) return JSON.parse(text) as unknown;
  if (!NUMBERS.includes(type)) return text;
  const value = Number(text);
  return Number.isSafeInteger(value) || (Number.isFinite(value) && !Number.isInteger(value)) ? value : text;
}
