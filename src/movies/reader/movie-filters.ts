import { joinSql, rawSql, type Sql, sql } from '../../database/prisma.service.js';
import { CAST_IDS, COMPANY_IDS, CREW_IDS, tagOf, type TagName, TAGS } from './filter-expressions.js';

/** Values of which a movie has to have all, or any. */
export interface ValueList<T> {
  readonly match: 'all' | 'any';
  readonly values: readonly [T, ...T[]];
}

/** Which movies of a mark: without it, with it, or both. */
export type MarkFilter = 'false' | 'true' | 'any';

/** What a movie has to be like. Absent: it does not matter. */
export interface MovieFilters {
  readonly ids?: ValueList<number>;
  /** Names. */
  readonly genre?: ValueList<string>;
  readonly keyword?: ValueList<string>;
  /** TMDB's ids of persons, as those of companies and collections. */
  readonly cast?: ValueList<number>;
  readonly crew?: ValueList<number>;
  readonly director?: ValueList<number>;
  readonly company?: ValueList<number>;
  readonly collection?: ValueList<number>;
  readonly original_language?: ValueList<string>;
  readonly origin_country?: ValueList<string>;
  readonly status?: ValueList<string>;
  readonly certification?: ValueList<string>;
  readonly year?: number;
  /** `YYYY-MM-DD` */
  readonly released_from?: string;
  /** `YYYY-MM-DD`, included. */
  readonly released_to?: string;
  readonly rating_min?: number;
  readonly rating_max?: number;
  readonly votes_min?: number;
  /** Minutes. */
  readonly runtime_min?: number;
  readonly runtime_max?: number;
  readonly updated_since?: Date;
  readonly adult: MarkFilter;
  readonly gone: MarkFilter;
}

type Condition<Name extends keyof MovieFilters> = (value: NonNullable<MovieFilters[Name]>) => Sql;

const CONDITIONS: { readonly [Name in keyof MovieFilters]-?: Condition<Name> } = {
  ids: ({ values }) => sql`m.id = ANY (${[...values]}::int[])`,
  genre: contains('genres'),
  keyword: contains('keywords'),
  cast: contains(CAST_IDS),
  crew: contains(CREW_IDS),
  director: (list) => {
    const directs = contains('crew');
    const person = (id: number): object => ({ id, job: 'Director' });
    // The index has the ids of the crew; the second condition looks at the job.
    return sql`${contains(CREW_IDS)(list)} AND ${directs({ ...list, values: mapped(list.values, person) })}`;
  },
  company: contains(COMPANY_IDS),
  collection: tagged('collection'),
  original_language: tagged('language'),
  origin_country: contains('origin_country'),
  status: tagged('status'),
  certification: tagged('certification'),
  year: (year) => sql`release_date >= ${`${year}-01-01`}::date AND release_date <= ${`${year}-12-31`}::date`,
  released_from: (day) => sql`release_date >= ${day}::date`,
  released_to: (day) => sql`release_date <= ${day}::date`,
  rating_min: (rating) => sql`vote_average >= ${rating}::float8`,
  rating_max: (rating) => sql`vote_average <= ${rating}::float8`,
  votes_min: (votes) => sql`vote_count >= ${votes}::int`,
  runtime_min: (minutes) => sql`runtime >= ${minutes}::int`,
  runtime_max: (minutes) => sql`runtime <= ${minutes}::int`,
  updated_since: (time) => sql`updated_at >= ${time.toISOString()}::timestamptz AT TIME ZONE 'UTC'`,
  adult: (adult) => ({ false: sql`adult IS NOT TRUE`, true: sql`adult`, any: sql`true` })[adult],
  gone: (gone) => ({ false: sql`gone_at IS NULL`, true: sql`gone_at IS NOT NULL`, any: sql`true` })[gone],
};

/** A condition on the row `m` of `movies`. */
export function conditionOf(filters: MovieFilters): Sql {
  const names = Object.keys(CONDITIONS) as (keyof MovieFilters)[];
  const conditions = names.flatMap((name) => {
    const value = filters[name];
    // CONDITIONS pairs each name with the type of its value, which TypeScript does not follow.
    const condition = CONDITIONS[name] as (value: unknown) => Sql;
    return value === undefined ? [] : [sql`(${condition(value)})`];
  });
  return joinSql(conditions, ' AND ');
}

/** The JSONB array of an expression has all or any of the values. */
function contains<T>(expression: string): (list: ValueList<T>) => Sql {
  const array = rawSql(expression);
  return ({ match, values }) =>
    match === 'all'
      ? sql`${array} @> ${JSON.stringify(values)}::jsonb`
      : joinSql(
          values.map((value) => sql`${array} @> ${JSON.stringify([value])}::jsonb`),
          ' OR ',
          '(',
          ')',
        );
}

/** Each column of a tag has one value: any of those that are listed. */
function tagged(name: TagName): (list: ValueList<string | number>) => Sql {
  return ({ values }) => sql`${rawSql(TAGS)} && ${values.map((value) => tagOf(name, value))}::text[]`;
}

function mapped<T, U>([first, ...others]: readonly [T, ...T[]], map: (value: T) => U): readonly [U, ...U[]] {
  return [map(first), ...others.map(map)];
}
