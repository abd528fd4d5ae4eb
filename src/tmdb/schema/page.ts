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

/** An item without a usable id. */
export interface RejectedItem {
  readonly id: number | null;
  readonly index: number;
  readonly reason: string;
}

export interface TmdbPage {
  readonly page: number;
  readonly totalPages: number;
  readonly totalResults: number;
  readonly items: readonly TmdbListItem[];
  readonly rejected: readonly RejectedItem[];
}

/** @throws UnusableBodyError when the body is not a page of a list */
export function decodePage(body: unknown): TmdbPage {
  const page = asObject(body);
  const results = asList(page?.results, 'results', MAX_RESULTS);
  const number = asId(page?.page);
  const totalPages = asCount(page?.total_pages);
  if (results === null) throw new UnusableBodyError('it has no list of results');
  if (number === null || totalPages === null) throw new UnusableBodyError('it has no page numbers');

  const items: TmdbListItem[] = [];
  const rejected: RejectedItem[] = [];
  for (const [index, value] of results.entries()) {
    const item = asObject(value);
    const id = asId(item?.id);
    if (item === null) rejected.push({ id: null, index, reason: `item ${index + 1} is not an object` });
    else if (id === null) rejected.push({ id: null, index, reason: `item ${index + 1} has no usable id` });
    else items.push({ ...decodeSummary(item), id, index, genreIds: decodeGenreIds(item.genre_ids) });
  }
  return { page: number, totalPages, totalResults: asCount(page?.total_results) ?? 0, items, rejected };
}

type Summary = Omit<TmdbListItem, 'id' | 'index' | 'genreIds'>;

/** The fields that list items and details have in common. */
export function decodeSummary(item: JsonObject): Summary {
  return {
    title: asText(item.title),
    originalTitle: asText(item.original_title),
    originalLanguage: asText(item.original_language),
    overview: asText(item.overview),
    releaseDate: asDate(item.release_date),
    voteAverage: asNumber(item.vote_average),
    voteCount: asCount(item.vote_count),
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
