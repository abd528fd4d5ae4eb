import type { Endpoint } from './counters.js';
import { details } from './details.js';
import { changesPage, listPage, namedPage } from './lists.js';
import { type Catalogue, rankOf } from './movies.js';
import { failure, type JsonResponse } from './responses.js';
import type { Timeline } from './timeline.js';
import { GENRES } from './words.js';

export interface Route {
  readonly endpoint: Endpoint;
  respond(catalogue: Catalogue, parameters: URLSearchParams): JsonResponse;
}

const MAX_PAGE = 500;
const MAX_APPENDED = 20;
const DAY_MS = 86_400_000;
const MAX_RANGE_DAYS = 14;
/** XX and ZZ stand for unknown countries, whose pages are empty. */
const KNOWN_REGION = /^(?!XX|ZZ)[A-Z]{2}$/;

const NOT_FOUND = failure(404, 34, 'The resource you requested could not be found.');

/**
 * @param path below `/3`
 * @param timeline what has happened to the movies
 */
export function routeOf(path: string, timeline: Timeline): Route {
  const list = /^\/movie\/(popular|top_rated|upcoming|now_playing)$/.exec(path);
  if (list !== null) {
    const name = list[1] as Parameters<typeof listPage>[1];
    return { endpoint: 'lists', respond: (catalogue, parameters) => page(catalogue, name, parameters) };
  }
  if (/^\/trending\/movie\/(?:day|week)$/.test(path)) {
    return {
      endpoint: 'trending',
      respond: (catalogue, parameters) => page(catalogue, 'trending', parameters),
    };
  }
  if (path === '/genre/movie/list') return { endpoint: 'genres', respond: () => ok({ genres: GENRES }) };
  if (path === '/movie/changes') {
    return {
      endpoint: 'changes',
      respond: (catalogue, parameters) => changes(catalogue, timeline, parameters),
    };
  }
  if (path === '/authentication') {
    return {
      endpoint: 'authentication',
      respond: () => ok({ success: true, status_code: 1, status_message: 'Success.' }),
    };
  }
  const movie = /^\/movie\/(\d{1,10})$/.exec(path);
  if (movie !== null) {
    const id = Number(movie[1]);
    return {
      endpoint: 'details',
      respond: (catalogue, parameters) =>
        timeline.removed.has(id) ? NOT_FOUND : movieDetails(catalogue, id, parameters),
    };
  }
  return { endpoint: 'other', respond: () => NOT_FOUND };
}

function ok(body: object): JsonResponse {
  return { status: 200, body };
}

/** The requested page number, or TMDB's error when there can be no such page. */
function pageNumber(parameters: URLSearchParams): number | JsonResponse {
  const given = parameters.get('page') ?? '1';
  const number = /^-?\d+$/.test(given) ? Number(given) : Number.NaN;
  if (number >= 1 && number <= MAX_PAGE) return number;
  return failure(
    400,
    22,
    'Invalid page: Pages start at 1 and max at 500. They are expected to be an integer.',
  );
}

function page(
  catalogue: Catalogue,
  list: Parameters<typeof listPage>[1],
  parameters: URLSearchParams,
): JsonResponse {
  const number = pageNumber(parameters);
  if (typeof number !== 'number') return number;
  const region = parameters.get('region');
  if (region !== null && !KNOWN_REGION.test(region)) {
    return ok({ page: number, results: [], total_pages: 1, total_results: 0 });
  }
  return ok(listPage(catalogue, list, number));
}

function movieDetails(catalogue: Catalogue, id: number, parameters: URLSearchParams): JsonResponse {
  const rank = rankOf(catalogue, id);
  if (rank === null) return NOT_FOUND;
  const append = (parameters.get('append_to_response') ?? '').split(',').filter((part) => part !== '');
  if (append.length > MAX_APPENDED) {
    return failure(400, 27, 'Too many append to response objects: The maximum number of remote calls is 20.');
  }
  return ok(details(catalogue, rank, append));
}

function changes(catalogue: Catalogue, timeline: Timeline, parameters: URLSearchParams): JsonResponse {
  const number = pageNumber(parameters);
  if (typeof number !== 'number') return number;
  const end = dayOf(parameters.get('end_date')) ?? timeline.now.getTime();
  const start = dayOf(parameters.get('start_date')) ?? end - DAY_MS;
  const days = Math.ceil((end - start) / DAY_MS);
  if (Number.isNaN(days)) return failure(400, 23, 'Invalid date: Should be a range no longer than 14 days.');
  if (days > MAX_RANGE_DAYS) {
    return failure(422, 20, 'Invalid date range: Should be a range no longer than 14 days.');
  }
  if (timeline.isSimulated)
    return ok(namedPage(timeline.namedBetween(start, Math.max(end, start + DAY_MS)), number));
  // A day that has not begun is empty.
  const isFuture = start > timeline.now.getTime();
  return ok(isFuture ? namedPage([], number) : changesPage(catalogue, Math.max(1, days), number));
}

/** Null without a parameter; NaN when it is not a day. */
function dayOf(parameter: string | null): number | null {
  return parameter === null ? null : Date.parse(`${parameter}T00:00:00Z`);
}
