import { languageName } from '../../movie-words';

/** The filters by their parameters of `GET /movies`, which are also those of the page's address; null: any. */
export interface Filters {
  readonly genre: string | null;
  readonly year: string | null;
  readonly original_language: string | null;
  readonly rating_min: string | null;
  readonly sort: string | null;
}

type FilterName = keyof Filters;

export const NO_FILTERS: Filters = {
  ...{ genre: null, year: null, original_language: null, rating_min: null, sort: null },
};

export function filtersOf(query: URLSearchParams): Filters {
  return Object.fromEntries(
    Object.keys(NO_FILTERS).map((name) => [name, query.get(name)]),
  ) as unknown as Filters;
}

/** The order does not count: it hides no movie. */
export const isFiltered = ({ sort: _, ...filters }: Filters): boolean =>
  Object.values(filters).some((value) => value !== null);

/** A value and how it is written. */
export type Option = readonly [value: string, text: string];

const FIRST_YEAR = 1900;
const LANGUAGES = [
  'en',
  'fr',
  'es',
  'de',
  'it',
  'pt',
  'ja',
  'ko',
  'zh',
  'cn',
  'hi',
  'ru',
  'tr',
  'pl',
  'sv',
  'da',
];

/** What the filters offer; genres are in the database. */
export const OPTIONS: Readonly<Record<Exclude<FilterName, 'genre'>, readonly Option[]>> = {
  year: yearsFrom(new Date().getFullYear() + 1),
  original_language: LANGUAGES.map((code): Option => [code, languageName(code)]).sort(([, a], [, b]) =>
    a.localeCompare(b),
  ),
  rating_min: [9, 8, 7, 6, 5].map((rating) => [String(rating), `${rating} or better`]),
  sort: [
    ['-rating', 'Best rated'],
    ['-votes', 'Most votes'],
    ['-released', 'Latest release'],
    ['released', 'Earliest release'],
    ['title', 'Title'],
    ['-updated', 'Last changed'],
  ],
};

function yearsFrom(last: number): readonly Option[] {
  return Array.from({ length: last - FIRST_YEAR + 1 }, (_, index) => [`${last - index}`, `${last - index}`]);
}
