import { ENRICHED_COLUMNS, ENRICHED_TABLES } from './movie-record.js';
import { isFresh, oldestAllowed } from './sql/terms-sql.js';

/** A column as the exports have it. A list has elements of one type; other JSON stays JSON. */
export interface ExportedColumn {
  /** As in the table. */
  readonly name: string;
  readonly type: ExportedType;
}

/** `timestamp`: of either kind, in UTC. */
export type ExportedType =
  | ('boolean' | 'int' | 'bigint' | 'double' | 'text' | 'date' | 'timestamp')
  | ('json' | 'text-list' | 'int-list');

export interface ExportedTable {
  /** Of the files. */
  readonly name: string;
  readonly columns: readonly ExportedColumn[];
  /** SQL from FROM on: which rows, in which order. */
  readonly rows: string;
}

const LISTS: Readonly<Record<string, ExportedType>> = {
  genres: 'text-list',
  keywords: 'text-list',
  origin_country: 'text-list',
  production_countries: 'text-list',
  spoken_languages: 'text-list',
  similar_movie_ids: 'int-list',
};

const TYPES: Readonly<Record<string, ExportedType>> = {
  boolean: 'boolean',
  smallint: 'int',
  int: 'int',
  bigint: 'bigint',
  float8: 'double',
  text: 'text',
  'varchar(100)': 'text',
  date: 'date',
  jsonb: 'json',
};

function exported({ name, type }: { readonly name: string; readonly type: string }): ExportedColumn {
  const known = LISTS[name] ?? TYPES[type];
  if (known === undefined) throw new Error(`The exports have no type for the column ${name} (${type}).`);
  return { name, type: known };
}

/** `now()` is the start of the transaction. */
const NOW = 'now()';
const MOVIES = `movies m WHERE ${isFresh(NOW)}`;
const OF_THESE_MOVIES = `movie_id IN (SELECT id FROM ${MOVIES})`;

function childTable(field: keyof typeof ENRICHED_TABLES): ExportedTable {
  const { name, key, values } = ENRICHED_TABLES[field];
  const columns = Object.entries({ movie_id: 'int', ...key, ...values });
  return {
    name,
    columns: columns.map(([column, type]) => exported({ name: column, type })),
    rows: `FROM ${name} WHERE ${OF_THESE_MOVIES}`,
  };
}

/** What the exports contain. Columns that only the service needs are left out. */
export const EXPORTED_TABLES: readonly ExportedTable[] = [
  {
    name: 'movies',
    columns: [
      { name: 'id', type: 'int' },
      ...Object.values(ENRICHED_COLUMNS).map(exported),
      { name: 'created_at', type: 'timestamp' },
      { name: 'updated_at', type: 'timestamp' },
      { name: 'enriched_at', type: 'timestamp' },
    ],
    rows: `FROM ${MOVIES}`,
  },
  childTable('translations'),
  childTable('releases'),
  {
    name: 'lists',
    columns: [
      { name: 'category', type: 'text' },
      { name: 'position', type: 'int' },
      { name: 'movie_id', type: 'int' },
      { name: 'seen_at', type: 'timestamp' },
    ],
    rows: `FROM movie_categories WHERE seen_at > ${oldestAllowed(NOW)} AND ${OF_THESE_MOVIES} ORDER BY category, position`,
  },
];
