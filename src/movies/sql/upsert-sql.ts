import type { MovieRow } from '../rows.js';

/** How the value that comes in meets the one that is stored. */
type Merge =
  /** Null and "" never erase what is known. */
  | 'known'
  /** Neither does 0, which TMDB sends for unknown numbers. */
  | 'nonzero'
  /** Names in any order; none at all never erases some. */
  | 'names'
  /** What comes in is the whole truth. */
  | 'truth';

export interface Column {
  /** Of the row that comes in. */
  readonly key: keyof MovieRow;
  /** As SQL has it. */
  readonly name: string;
  readonly type: string;
  readonly merge: Merge;
  /** Whether a change of it moves `updated_at`. */
  readonly visible: boolean;
}

function column(name: string, type: string, merge: Merge, visible = true): Column {
  return { key: name, name: `"${name}"`, type, merge, visible };
}

/** What lists and details say alike. */
const SUMMARY = [
  column('title', 'text', 'known'),
  column('overview', 'text', 'known'),
  column('release_date', 'date', 'known'),
  column('vote_average', 'float8', 'nonzero'),
  column('vote_count', 'int', 'nonzero'),
  column('popularity', 'float8', 'nonzero'),
  column('poster_url', 'text', 'known'),
  column('backdrop_url', 'text', 'known'),
  column('original_language', 'text', 'known'),
  column('original_title', 'text', 'known', false),
  column('adult', 'boolean', 'known', false),
];

/** What lists say. */
export const LISTED: readonly Column[] = [...SUMMARY, column('genres', 'jsonb', 'names')];

const ENRICHED = [
  ...SUMMARY,
  column('genres', 'jsonb', 'known'),
  column('cast', 'jsonb', 'truth'),
  column('crew', 'jsonb', 'truth'),
  column('keywords', 'jsonb', 'truth'),
  column('runtime', 'int', 'nonzero'),
  column('budget', 'bigint', 'nonzero'),
  column('revenue', 'bigint', 'nonzero'),
  column('tagline', 'text', 'known'),
  column('similar_movie_ids', 'jsonb', 'truth', false),
  column('trailer_key', 'varchar(100)', 'truth'),
  column('imdb_id', 'text', 'known', false),
  column('status', 'text', 'known', false),
];

/** The value that results where `given` meets the stored `had`. */
function merged({ name, merge }: Column, given: string, had: string): string {
  const [g, h] = [`${given}.${name}`, `${had}.${name}`];
  switch (merge) {
    case 'known':
      return `coalesce(${g}, ${h})`;
    case 'nonzero':
      return `coalesce(nullif(${g}, 0), ${h}, ${g})`;
    case 'names':
      return `CASE WHEN ${g} IS NULL OR ${h} @> ${g} AND (${g} @> ${h} OR ${g} = '[]') THEN ${h} ELSE ${g} END`;
    case 'truth':
      return g;
  }
}

/** The same, to be stored. An equal value that PostgreSQL keeps outside the row stays there and is not written again. */
function set(column: Column): string {
  const value = merged(column, 'excluded', 'm');
  const { name, merge, type } = column;
  return type === 'jsonb' && merge === 'truth'
    ? `${name} = CASE WHEN m.${name} = ${value} THEN m.${name} ELSE ${value} END`
    : `${name} = ${value}`;
}

function differs(columns: readonly Column[], given: string): string {
  const after = columns.map((one) => merged(one, given, 'm')).join(', ');
  const before = columns.map(({ name }) => `m.${name}`).join(', ');
  return `ROW(${after}) IS DISTINCT FROM ROW(${before})`;
}

interface Upsert {
  readonly columns: readonly Column[];
  /** Columns that are set whenever a row is written, to an SQL expression of $2, the time. */
  readonly stamps: Readonly<Record<string, string>>;
  /** Which stored rows are written although no column differs. */
  readonly alsoWhen: string;
}

/**
 * One statement for a whole batch. $1: the movies as a JSON array, in UTF-8, of objects with these columns and `id`, each
 * id once; $2: the time. Bytes, because Prisma writes a string as JSON once more and escapes it. Rows that are as they
 * should be are left out before the INSERT, for `ON CONFLICT … WHERE false` would lock and log each of them. Ids are
 * written in order, so that two writers can't wait for each other in a circle.
 * Answers `id` and `result` ('inserted', 'updated' or 'unchanged') for every movie.
 */
function upsert({ columns, stamps, alsoWhen }: Upsert): string {
  const names = columns.map(({ name }) => name).join(', ');
  const stampNames = Object.keys(stamps);
  const visible = columns.filter((one) => one.visible);
  return `
    WITH compared AS MATERIALIZED (
      SELECT g.*, m.id IS NULL AS is_new, ${differs(columns, 'g')} AS is_changed, ${alsoWhen} AS is_touched
      FROM jsonb_to_recordset(convert_from($1, 'UTF8')::jsonb)
        AS g(id int, ${columns.map(({ name, type }) => `${name} ${type}`).join(', ')})
      LEFT JOIN movies m ON m.id = g.id
    ), written AS (
      INSERT INTO movies AS m (id, ${names}, created_at, updated_at${stampNames.map((name) => `, ${name}`).join('')})
      SELECT id, ${names}, now.utc, now.utc${Object.values(stamps)
        .map((value) => `, ${value}`)
        .join('')}
      FROM compared, (SELECT $2::timestamptz AS at, $2::timestamptz AT TIME ZONE 'UTC' AS utc) AS now
      WHERE is_new OR is_changed OR is_touched
      ORDER BY id
      ON CONFLICT (id) DO UPDATE SET
        ${columns.map(set).join(', ')},
        updated_at = CASE WHEN ${differs(visible, 'excluded')} THEN excluded.updated_at ELSE m.updated_at END
        ${stampNames.map((name) => `, ${name} = excluded.${name}`).join('')}
    )
    SELECT id, CASE WHEN is_new THEN 'inserted' WHEN is_changed THEN 'updated' ELSE 'unchanged' END AS result
    FROM compared`;
}

/** A list that names a movie shows that it is not gone. */
export const UPSERT_LISTED = upsert({
  columns: LISTED,
  stamps: { gone_at: 'NULL::timestamptz' },
  alsoWhen: 'm.gone_at IS NOT NULL',
});

export const UPSERT_ENRICHED = upsert({
  columns: ENRICHED,
  stamps: {
    enriched_at: 'now.at',
    enrich_tried_at: 'now.at',
    enrich_failures: '0',
    enrich_retry_at: 'NULL::timestamptz',
    gone_at: 'NULL::timestamptz',
  },
  alsoWhen: 'true',
});
