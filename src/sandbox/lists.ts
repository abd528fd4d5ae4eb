import {
  type Catalogue,
  idOf,
  isoDay,
  movie,
  type Movie,
  NOW_PLAYING,
  RELEASE_CYCLE,
  UPCOMING,
} from './movies.js';
import { hash } from './random.js';

/** TMDB's four lists, by the last part of their paths, and the trending movies. */
export type List = 'popular' | 'top_rated' | 'upcoming' | 'now_playing' | 'trending';

const PAGE_SIZE = 20;
const CHANGES_PAGE_SIZE = 100;
const CHANGED_A_DAY = 9_000;
/** Most movies of a list, except `popular`. */
const MAX_LIST_SIZE = 10_000;
const DAY_MS = 86_400_000;
const PRIME = 7_919;

/**
 * A page of a list. As at TMDB, the ranking moves between the requests for two pages: a movie may occur on both, and
 * totals differ. The same page is always the same.
 */
export function listPage(catalogue: Catalogue, list: List, page: number): object {
  const size = listSize(catalogue, list);
  // Two movies per five pages move to the head of the list, which pushes the others down.
  const first = (page - 1) * PAGE_SIZE - Math.floor((page - 1) * 0.4);
  const count = Math.max(0, Math.min(PAGE_SIZE, size - first));
  const movies = Array.from({ length: count }, (_, index) =>
    movie(catalogue, rankIn(catalogue, list, first + index)),
  );
  const results = list === 'trending' ? movies.map(trendingItem) : movies;
  const total = size + (hash(catalogue.seed, page) % 3);
  return {
    ...dates(catalogue, list),
    page,
    results,
    // A page with movies is never behind the end of its list.
    total_pages: Math.max(Math.ceil(total / PAGE_SIZE), count > 0 ? page : 0),
    total_results: total,
  };
}

function listSize({ movies }: Catalogue, list: List): number {
  switch (list) {
    case 'popular':
      return movies;
    case 'top_rated':
    case 'trending':
      return Math.min(movies, MAX_LIST_SIZE);
    case 'upcoming':
    case 'now_playing':
      return Math.min(Math.floor(movies / RELEASE_CYCLE), MAX_LIST_SIZE);
  }
}

/** Popularity rank of the movie at an index of a list. */
function rankIn(catalogue: Catalogue, list: List, index: number): number {
  const size = listSize(catalogue, list);
  switch (list) {
    case 'popular':
      return index;
    case 'top_rated':
      return (index * PRIME + 5) % size;
    case 'trending':
      // Mostly popular movies, in another order.
      return index % 3 === 0 ? (index * PRIME + 11) % size : index;
    case 'upcoming':
      return index * RELEASE_CYCLE + UPCOMING;
    case 'now_playing':
      return index * RELEASE_CYCLE + NOW_PLAYING;
  }
}

/** TMDB gives the keys of trending movies in another order and adds `media_type`. */
function trendingItem({ adult, backdrop_path, id, title, original_title, overview, ...rest }: Movie): object {
  return { adult, backdrop_path, id, title, original_title, overview, media_type: 'movie', ...rest };
}

function dates({ today }: Catalogue, list: List): object {
  const day = (days: number): string => isoDay(new Date(today.getTime() + days * DAY_MS));
  if (list === 'upcoming') return { dates: { maximum: day(28), minimum: day(2) } };
  if (list === 'now_playing') return { dates: { maximum: day(0), minimum: day(-42) } };
  return {};
}

interface Changed {
  readonly id: number | null;
  readonly adult: boolean | null;
}

/** A page of the ids of changed movies, made up: as many as TMDB names in so many days. */
export function changesPage(catalogue: Catalogue, days: number, page: number): object {
  const total = Math.min(catalogue.movies, CHANGED_A_DAY * days);
  return pageOf(total, page, (index) => {
    const rank = (index * PRIME + 3) % catalogue.movies;
    return { id: idOf(catalogue, rank), adult: rank % 50 === 1 ? null : false };
  });
}

/** A page of the movies that changed. */
export function namedPage(named: readonly Changed[], page: number): object {
  return pageOf(named.length, page, (index) => named[index] ?? { id: null, adult: null });
}

function pageOf(total: number, page: number, changed: (index: number) => Changed): object {
  const first = (page - 1) * CHANGES_PAGE_SIZE;
  const count = Math.max(0, Math.min(CHANGES_PAGE_SIZE, total - first));
  const results = Array.from({ length: count }, (_, index) => ({
    ...changed(first + index),
    softcore: false,
  }));
  return { results, page, total_pages: Math.ceil(total / CHANGES_PAGE_SIZE), total_results: total };
}
