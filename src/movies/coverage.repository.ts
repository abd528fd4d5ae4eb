import { Injectable } from '@nestjs/common';
import { PrismaService } from '../database/prisma.service.js';
import { ENRICHED_COLUMNS, LISTED_COLUMNS } from './movie-record.js';

/** Upper bounds of the age classes in days. TMDB's terms allow 180. */
const AGE_DAYS = [7, 30, 90, 180] as const;

export interface Coverage {
  readonly stored: number;
  readonly enriched: number;
  /** Not gone either. */
  readonly neverEnriched: number;
  readonly gone: number;
  /** Failed at least twice in a row. */
  readonly failing: number;
  /** Enriched movies by the age of their details; null: older than the last bound. */
  readonly byAge: readonly { readonly upToDays: number | null; readonly movies: number }[];
  /** How many movies have a value in each column; an empty list is none. */
  readonly columns: readonly { readonly name: string; readonly filled: number }[];
}

const COLUMNS = [
  ...new Map(
    [...Object.values(LISTED_COLUMNS), ...Object.values(ENRICHED_COLUMNS)].map(({ name, type }) => [
      name,
      type,
    ]),
  ),
].map(([name, type]) => ({ name, type }));

const AGE = AGE_DAYS.map(
  (days, index) => `count(*) FILTER (WHERE enriched_at > $1::timestamptz - interval '${days} days'
      ${index === 0 ? '' : `AND enriched_at <= $1::timestamptz - interval '${AGE_DAYS[index - 1] ?? 0} days'`})::int`,
);

/** An empty JSONB array has 8 bytes, and the size of a value is known without decompressing it. */
const FILLED = COLUMNS.map(({ name, type }) =>
  type === 'jsonb' ? `(count(*) FILTER (WHERE pg_column_size("${name}") > 8))::int` : `count("${name}")::int`,
);

/** One pass over the table for all numbers. */
const SELECT_COVERAGE = `
  SELECT count(*)::int AS stored, count(enriched_at)::int AS enriched,
    count(*) FILTER (WHERE enriched_at IS NULL AND gone_at IS NULL)::int AS "neverEnriched",
    count(gone_at)::int AS gone, count(*) FILTER (WHERE enrich_failures > 1)::int AS failing,
    ARRAY[${AGE.join(', ')}] AS ages, ARRAY[${FILLED.join(', ')}] AS filled
  FROM movies`;

type Row = Pick<Coverage, 'stored' | 'enriched' | 'neverEnriched' | 'gone' | 'failing'> & {
  readonly ages: readonly number[];
  readonly filled: readonly number[];
};

/** How complete and how fresh the stored movies are. */
@Injectable()
export class CoverageRepository {
  constructor(private readonly prisma: PrismaService) {}

  /** Reads the whole table. */
  async read(now: Date): Promise<Coverage> {
    const [row] = await this.prisma.$queryRawUnsafe<Row[]>(SELECT_COVERAGE, now);
    if (row === undefined) throw new Error('An aggregate without groups returned no row.');
    const { ages, filled, ...counts } = row;
    const inClasses = ages.reduce((sum, movies) => sum + movies, 0);
    return {
      ...counts,
      byAge: [
        ...AGE_DAYS.map((days, index) => ({ upToDays: days, movies: ages[index] ?? 0 })),
        { upToDays: null, movies: counts.enriched - inClasses },
      ],
      columns: COLUMNS.map(({ name }, index) => ({ name, filled: filled[index] ?? 0 })),
    };
  }
}
