import { createHash } from 'node:crypto';
import { query } from './postgres.js';

/** The rows of each table without their times, each row as one line of JSON. */
export type Tables = Readonly<Record<string, readonly string[]>>;

const TIME_COLUMNS: Readonly<Record<string, readonly string[]>> = {
  movies: [
    'created_at',
    'updated_at',
    'enriched_at',
    'enrich_tried_at',
    'enrich_retry_at',
    'not_found_at',
    'gone_at',
    'tmdb_changed_at',
  ],
  movie_categories: ['seen_at'],
  movie_translations: [],
  movie_releases: [],
  genres: [],
};

export async function readTables(url: string): Promise<Tables> {
  const tables: Record<string, string[]> = {};
  for (const [table, columns] of Object.entries(TIME_COLUMNS)) {
    const row = columns.reduce((rest, column) => `${rest} - '${column}'`, 'to_jsonb(t)');
    const rows = await query<{ row: string }>(url, `SELECT (${row})::text AS row FROM ${table} AS t`);
    tables[table] = rows.map((line) => line.row).sort();
  }
  return tables;
}

/** For each table, its first two missing rows, its first two unexpected rows and its number of duplicates. */
export function differences(expected: Tables, found: Tables): string[] {
  return Object.keys(expected).flatMap((table) => {
    const [before, after] = [new Set(expected[table]), new Set(found[table])];
    const missing = [...before].filter((row) => !after.has(row));
    const added = [...after].filter((row) => !before.has(row));
    const lines = [
      ...missing.slice(0, 2).map((row) => `- ${row}`),
      ...added.slice(0, 2).map((row) => `+ ${row}`),
    ];
    const duplicates = (found[table]?.length ?? 0) - after.size;
    if (duplicates > 0) lines.push(`${duplicates} duplicate rows`);
    return lines.map((line) => `${table}: ${line.slice(0, 200)}`);
  });
}

export function digest(tables: Tables): string {
  return createHash('sha256').update(JSON.stringify(tables)).digest('hex').slice(0, 12);
}

/** Drops all tables. The next process that starts migrates the empty database. */
export async function resetDatabase(url: string): Promise<void> {
  await query(
    url,
    'DROP SCHEMA IF EXISTS movie_pipeline_jobs CASCADE; DROP SCHEMA public CASCADE; CREATE SCHEMA public',
  );
}
