import { type Catalogue, EVERY, movie, type Movie, idOf, isoDay, NOW_PLAYING, UPCOMING } from './movies.js';
import { hash } from './random.js';

/** The path's last part: TMDB's four lists, and what trends. */
export type List = 'popular' | 'top_rated' | 'upcoming' | 'now_playing' | 'trending';

const PAGE_SIZE = 20;
const CHANGES_PAGE_SIZE = 100;
const CHANGED_A_DAY = 9_000;
/** Lists other than the popular ones hold so many movies at most. */
const LIST_SIZE = 10_000;
const DAY_MS = 86_400_000;
const PRIME = 7_919;

/**
 * A page of a list. The ranking moves while it is read: now and then a movie turns up on two pages, and totals differ
 * between pages. The same page asked for twice is the same.
 */
export function listPage(catalogue: Catalogue, list: List, page: number): object {
  const size = listSize(catalogue, list);
  // As if two movies in five pages had risen to the head of the list meanwhile.
  const first = (page - 1) * PAGE_SIZE - Math.floor((page - 1) * 0.4);
  const count = Math.max(0, Math.min(PAGE_SIZE, size - first));
  const movies = Array.from({ length: count }, (_, place) =>
    movie(catalogue, rankIn(catalogue, list, first + place)),
  );
  const results = list === 'trending' ? movies.map(trendingItem) : movies;
  const total = size + (hash(catalogue.seed, page) % 3);
  return {
    ...dates(catalogue, list),
    page,
    results,
    total_pages: Math.ceil(total / PAGE_SIZE),
    total_results: total,
  };
}

function listSize({ movies }: Catalogue, list: List): number {
  switch (list) {
    case 'popular':
      return movies;
    case 'top_rated':
    case 'trending':
      return Math.min(movies, LIST_SIZE);
    case 'upcoming':
    case 'now_playing':
      return Math.min(Math.floor(movies / EVERY), LIST_SIZE);
  }
}

/** Which movie stands at a place of a list. */
function rankIn(catalogue: Catalogue, list: List, place: number): number {
  const size = listSize(catalogue, list);
  switch (list) {
    case 'popular':
      return place;
    case 'top_rated':
      return (place * PRIME + 5) % size;
    case 'trending':
      // Mostly popular movies, in another order.
      return place % 3 === 0 ? (place * PRIME + 11) % size : place;
    case 'upcoming':
      return place * EVERY + UPCOMING;
    case 'now_playing':
      return place * EVERY + NOW_PLAYING;
  }
}

/** TMDB orders the keys of what trends differently, and adds one. */
function trendingItem({ adult, backdrop_path, id, title, original_title, overview, ...rest }: Movie): object {
  return { adult, backdrop_path, id, title, original_title, overview, media_type: 'movie', ...rest };
}

function dates({ today }: Catalogue, list: List): object {
  const day = (days: number): string => isoDay(new Date(today.getTime() + days * DAY_MS));
  if (list === 'upcoming') return { dates: { maximum: day(28), minimum: day(2) } };
  if (list === 'now_playing') return { dates: { maximum: day(0), minimum: day(-42) } };
  return {};
}

/** A page of the ids that changed. */
export function changesPage(catalogue: Catalogue, days: number, page: number): object {
  const total = Math.min(catalogue.movies, CHANGED_A_DAY * days);
  const first = (page - 1) * CHANGES_PAGE_SIZE;
  const count = Math.max(0, Math.min(CHANGES_PAGE_SIZE, total - first));
  const results = Array.from({ length: count }, (_, place) => {
    const rank = ((first + place) * PRIME + 3) % catalogue.movies;
    return { id: idOf(catalogue, rank), adult: rank % 50 === 1 ? null : false, softcore: false };
  });
  return { results, page, total_pages: Math.ceil(total / CHANGES_PAGE_SIZE), total_results: total };
}
