import {
  asBoolean,
  asCount,
  asDate,
  asId,
  asImagePath,
  asList,
  asNumber,
  asObject,
  asText,
  type JsonObject,
} from './json-values.js';
import { MAX_GENRES } from './genres.js';
import { UnusableBodyError } from './unusable-body-error.js';

/** TMDB's pages have 20. */
const MAX_RESULTS = 100;

/** A movie as TMDB's lists describe it. Null: the value is missing or invalid. */
export interface TmdbListItem {
  readonly id: number;
  /** Position on its page, from 0. */
  readonly index: number;
  readonly title: string | null;
  readonly originalTitle: string | null;
  readonly originalLanguage: string | null;
  readonly overview: string | null;
  /** `YYYY-MM-DD` */
  readonly releaseDate: string | null;
  readonly voteAverage: number | null;
  readonly voteCount: number | null;
  readonly popularity: number | null;
  readonly posterPath: string | null;
  readonly backdropPath: string | null;
  readonly adult: boolean | null;
  readonly genreIds: readonly number[] | null;
}

export interface TmdbPage {
  readonly page: number;
  readonly totalPages: number;
  readonly items: readonly TmdbListItem[];
  /** Why each item without a usable id was left out. */
  readonly rejected: readonly string[];
}

/** Movies on a full page of any of TMDB's lists. */
export const PAGE_SIZE = 20;
/** TMDB serves no page behind it, whatever its totals are. */
const LAST_PAGE = 500;

/** @throws UnusableBodyError when the body is not the requested page of a list, or contradicts itself */
export function decodePage(body: unknown, requested: number): TmdbPage {
  const page = asObject(body);
  const results = asList(page?.results, 'results', MAX_RESULTS);
  const number = asId(page?.page);
  const totalPages = asCount(page?.total_pages);
  const totalResults = asCount(page?.total_results) ?? 0;
  if (results === null) throw new UnusableBodyError('it has no list of results');
  if (number === null || totalPages === null) throw new UnusableBodyError('it has no page numbers');
  if (number !== requested) throw new UnusableBodyError(`it is page ${number}, not the requested page`);
  requireConsistent({ page: number, totalPages, totalResults, results: results.length });

  const items: TmdbListItem[] = [];
  const rejected: string[] = [];
  for (const [index, value] of results.entries()) {
    const item = asObject(value);
    const id = asId(item?.id);
    if (item === null) rejected.push('The entry is not an object.');
    else if (id === null) rejected.push('The entry has no usable id.');
    else items.push({ ...decodeSummary(item), id, index, genreIds: decodeGenreIds(item.genre_ids) });
  }
  return { page: number, totalPages, items, rejected };
}

interface PageFacts {
  readonly page: number;
  readonly totalPages: number;
  readonly totalResults: number;
  readonly results: number;
}

/** A page that is wrong about the end of its list would remove movies from it. */
function requireConsistent({ page, totalPages, totalResults, results }: PageFacts): void {
  if (results > 0 && page > totalPages)
    throw new UnusableBodyError(`it has movies and total_pages is ${totalPages}`);
  if (results === 0 && page < totalPages)
    throw new UnusableBodyError(`it is empty and total_pages is ${totalPages}`);
  const upToHere = Math.max(page * PAGE_SIZE, (page - 1) * PAGE_SIZE + results);
  if (page === totalPages && page < LAST_PAGE && totalResults > upToHere)
    throw new UnusableBodyError(`it is the last page and total_results is ${totalResults}`);
}

type Summary = Omit<TmdbListItem, 'id' | 'index' | 'genreIds'>;

/** The fields that list items and details have in common. */
export function decodeSummary(item: JsonObject): Summary {
  const voteCount = asCount(item.vote_count);
  const voteAverage = asNumber(item.vote_average);
  return {
    title: asText(item.title),
    originalTitle: asText(item.original_title),
    originalLanguage: asText(item.original_language),
    overview: asText(item.overview),
    releaseDate: asDate(item.release_date),
    // Without votes there is no average, and the lowest rating is 0.5.
    voteAverage: voteCount === 0 || voteAverage === 0 ? null : voteAverage,
    voteCount,
    popularity: asNumber(item.popularity),
    posterPath: asImagePath(item.poster_path),
    backdropPath: asImagePath(item.backdrop_path),
    adult: asBoolean(item.adult),
  };
}

function decodeGenreIds(value: unknown): readonly number[] | null {
  return (
    asList(value, 'genre_ids', MAX_GENRES)
      ?.map(asId)
      .filter((id) => id !== null) ?? null
  );
}
