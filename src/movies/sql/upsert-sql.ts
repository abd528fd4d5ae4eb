import {
  type Column,
  ENRICHED_COLUMNS,
  ENRICHED_TABLES,
  LISTED_COLUMNS,
  type Merge,
  type RowTable,
} from '../movie-record.js';
import { rowsDiffer } from './rows-sql.js';

interface RecordColumn extends Column {
  /** The record's field, which is the key in the JSON that comes in. */
  readonly field: string;
}

/** The SQL expression of one column's value. */
type Expression = (column: RecordColumn) => string;

const given: Expression = ({ field }) => `g."${field}"`;
const stored: Expression = ({ name }) => `m."${name}"`;
const excluded: Expression = ({ name }) => `excluded."${name}"`;

/** The value to store where the incoming value `i` meets the stored value `s`. */
function merged(merge: Merge, i: string, s: string): string {
  switch (merge) {
    case 'unless-null':
      return `coalesce(${i}, ${s})`;
    case 'unless-enriched':
      return `CASE WHEN m.enriched_at IS NULL THEN coalesce(${i}, ${s}) ELSE coalesce(${s}, ${i}) END`;
    case 'unless-zero':
      return `coalesce(nullif(${i}, 0), ${s}, ${i})`;
    case 'unless-same-names':
      return `CASE WHEN ${i} IS NULL OR ${s} @> ${i} AND (${i} @> ${s} OR ${i} = '[]') THEN ${s} ELSE ${i} END`;
    case 'replace':
      return i;
  }
}

/** Assigns the stored value again where it is equal, so that PostgreSQL does not write a value that it keeps in TOAST. */
function assignment(column: RecordColumn): string {
  const value = merged(column.merge, excluded(column), stored(column));
  return column.type === 'jsonb' && column.merge !== 'unless-same-names'
    ? `"${column.name}" = CASE WHEN ${stored(column)} = ${value} THEN ${stored(column)} ELSE ${value} END`
    : `"${column.name}" = ${value}`;
}

function differs(columns: readonly RecordColumn[], incoming: Expression): string {
  const after = columns.map((column) => merged(column.merge, incoming(column), stored(column))).join(', ');
  return `ROW(${after}) IS DISTINCT FROM ROW(${columns.map(stored).join(', ')})`;
}

interface Upsert {
  readonly columns: Readonly<Record<string, Column>>;
  /** PostgreSQL types of further fields of the record, for the expressions below. */
  readonly fields: Readonly<Record<string, string>>;
  /** Further columns, set in every row that is written to an SQL expression of `now.at`, the time. */
  readonly stamps: Readonly<Record<string, string>>;
  /** Further columns of the result: SQL expressions of the stored row `m` and the condition that announced columns differ. */
  readonly flags: Readonly<Record<string, (announcedDiffer: string) => string>>;
  /** SQL condition on the stored row `m` under which it is written although no column differs. */
  readonly alsoWhen: string;
  /** Tables of which only differences are found, by the field of the record that holds their rows. */
  readonly tables: Readonly<Record<string, RowTable>>;
}

/**
 * One statement that stores a whole batch.
 *
 * Parameters: `$1`, the records as a JSON array in UTF-8, each id once; `$2`, the time. `$1` is bytes because Prisma
 * would encode a string as JSON once more. Result: `id` and `result` ('inserted', 'updated' or 'unchanged') of each, and
 * for each of `tables` `<field>_differ`, whether its rows are to be replaced; and the flags.
 *
 * Unchanged rows are filtered out before the INSERT, since `ON CONFLICT … WHERE false` locks each row and writes WAL for
 * it. Rows are written in the order of their ids, so that two concurrent batches cannot deadlock.
 */
function upsert({ columns, fields: further, stamps, flags: extra, alsoWhen, tables }: Upsert): string {
  const all = Object.entries(columns).map(([field, column]): RecordColumn => ({ field, ...column }));
  const visible = all.filter((column) => column.visible);
  const names = [...all.map(({ name }) => `"${name}"`), ...Object.keys(stamps)];
  const values = [...all.map(({ field }) => `"${field}"`), ...Object.values(stamps)];
  const assignments = [
    ...all.map(assignment),
    ...Object.keys(stamps).map((name) => `${name} = excluded.${name}`),
  ];
  const lists = Object.entries(tables);
  const fields = [
    ...all,
    ...lists.map(([field]) => ({ field, type: 'jsonb' })),
    ...Object.entries(further).map(([field, type]) => ({ field, type })),
  ];
  const announcedDiffer = differs(
    all.filter((column) => column.announced),
    given,
  );
  const rowFlags = lists.map(([field]) => `"${field}_differ"`);
  const flags = [...rowFlags, ...Object.keys(extra)];
  const rowsChanged = rowFlags.map((flag) => ` OR ${flag}`).join('');
  const movedByRows =
    lists.length === 0 ? '' : ` OR m.id IN (SELECT id FROM compared WHERE false${rowsChanged})`;
  return `
    WITH compared AS MATERIALIZED (
      SELECT g.*, m.id IS NULL AS is_new, ${differs(all, given)} AS is_changed, ${alsoWhen} AS is_touched
        ${lists.map(([field, table]) => `, ${rowsDiffer(field, table)} AS "${field}_differ"`).join('')}
        ${Object.entries(extra)
          .map(([name, expression]) => `, ${expression(announcedDiffer)} AS ${name}`)
          .join('')}
      FROM jsonb_to_recordset(convert_from($1, 'UTF8')::jsonb)
        AS g(id int, ${fields.map(({ field, type }) => `"${field}" ${type}`).join(', ')})
      LEFT JOIN movies m ON m.id = g.id
    ), written AS (
      INSERT INTO movies AS m (id, ${names.join(', ')}, created_at, updated_at)
      SELECT id, ${values.join(', ')}, now.utc, now.utc
      FROM compared, (SELECT $2::timestamptz AS at, $2::timestamptz AT TIME ZONE 'UTC' AS utc) AS now
      WHERE is_new OR is_changed OR is_touched
      ORDER BY id
      ON CONFLICT (id) DO UPDATE SET ${assignments.join(', ')},
        updated_at = CASE WHEN ${differs(visible, excluded)}${movedByRows} THEN excluded.updated_at ELSE m.updated_at END
    )
    SELECT ${['id', ...flags].join(', ')}, CASE WHEN is_new THEN 'inserted' WHEN is_changed${rowsChanged} THEN 'updated' ELSE 'unchanged' END AS result
    FROM compared`;
}

/** A movie that a list names is not gone. */
export const UPSERT_LISTED = upsert({
  columns: LISTED_COLUMNS,
  fields: {},
  flags: {},
  stamps: { gone_at: 'NULL::timestamptz' },
  alsoWhen: 'm.gone_at IS NOT NULL',
  tables: {},
});

/**
 * The details had all columns of this version, a day of the change feed was read since they were requested, and no day that was
 * read named the movie. False for a new movie.
 */
const WAS_COVERED = `m.alternative_titles IS NOT NULL AND (m.tmdb_changed_at > m.enriched_at) IS NOT TRUE
  AND m.enriched_at < (SELECT (max(day) + 1)::timestamptz FROM tmdb_change_days WHERE read_at IS NOT NULL)`;

export const UPSERT_ENRICHED = upsert({
  columns: ENRICHED_COLUMNS,
  fields: { fetchedAt: 'timestamptz' },
  stamps: {
    enriched_at: 'coalesce("fetchedAt", now.at)',
    enrich_tried_at: 'coalesce("fetchedAt", now.at)',
    enrich_failures: '0',
    enrich_retry_at: 'NULL::timestamptz',
    not_found_at: 'NULL::timestamptz',
    gone_at: 'NULL::timestamptz',
  },
  flags: { feed_missed: (announcedDiffer) => `${WAS_COVERED} AND ${announcedDiffer}` },
  alsoWhen: 'true',
  tables: ENRICHED_TABLES,
});
