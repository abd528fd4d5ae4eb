import type { Asked } from './counters.js';
import { details } from './details.js';
import { type Catalogue, rankOf } from './movies.js';
import { changesPage, listPage } from './lists.js';
import { GENRES } from './words.js';

export interface JsonAnswer {
  readonly status: number;
  readonly body: object;
}

export interface Route {
  readonly asked: Asked;
  answer(catalogue: Catalogue, parameters: URLSearchParams): JsonAnswer;
}

const LAST_PAGE = 500;
const MOST_APPENDED = 20;
const DAY_MS = 86_400_000;
const LONGEST_RANGE_DAYS = 14;
/** Countries that a region may name; an unknown one gives an empty page. */
const REGION = /^(?!XX|ZZ)[A-Z]{2}$/;

export function failure(status: number, code: number, message: string): JsonAnswer {
  return { status, body: { success: false, status_code: code, status_message: message } };
}

const NOT_FOUND = failure(404, 34, 'The resource you requested could not be found.');

/** What is asked by a path below `/3`; `isRemoved` says which movies TMDB no longer knows. */
export function routeOf(path: string, isRemoved: (id: number) => boolean): Route {
  const list = /^\/movie\/(popular|top_rated|upcoming|now_playing)$/.exec(path);
  if (list !== null) {
    return {
      asked: 'lists',
      answer: (catalogue, given) => page(catalogue, list[1] as Parameters<typeof listPage>[1], given),
    };
  }
  if (/^\/trending\/movie\/(?:day|week)$/.test(path)) {
    return { asked: 'trending', answer: (catalogue, given) => page(catalogue, 'trending', given) };
  }
  if (path === '/genre/movie/list') return { asked: 'genres', answer: () => ok({ genres: GENRES }) };
  if (path === '/movie/changes') return { asked: 'changes', answer: changes };
  if (path === '/authentication') {
    return {
      asked: 'authentication',
      answer: () => ok({ success: true, status_code: 1, status_message: 'Success.' }),
    };
  }
  const movie = /^\/movie\/(\d{1,10})$/.exec(path);
  if (movie !== null) {
    const id = Number(movie[1]);
    return {
      asked: 'details',
      answer: (catalogue, given) => (isRemoved(id) ? NOT_FOUND : oneMovie(catalogue, id, given)),
    };
  }
  return { asked: 'other', answer: () => NOT_FOUND };
}

function ok(body: object): JsonAnswer {
  return { status: 200, body };
}

/** The page that is asked for, or what TMDB says when there can be no such page. */
function pageNumber(parameters: URLSearchParams): number | JsonAnswer {
  const given = parameters.get('page') ?? '1';
  const number = /^-?\d+$/.test(given) ? Number(given) : Number.NaN;
  if (number >= 1 && number <= LAST_PAGE) return number;
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
): JsonAnswer {
  const number = pageNumber(parameters);
  if (typeof number !== 'number') return number;
  const region = parameters.get('region');
  if (region !== null && !REGION.test(region))
    return ok({ page: number, results: [], total_pages: 1, total_results: 0 });
  return ok(listPage(catalogue, list, number));
}

function oneMovie(catalogue: Catalogue, id: number, parameters: URLSearchParams): JsonAnswer {
  const rank = rankOf(catalogue, id);
  if (rank === null) return NOT_FOUND;
  const append = (parameters.get('append_to_response') ?? '').split(',').filter((part) => part !== '');
  if (append.length > MOST_APPENDED) {
    return failure(400, 27, 'Too many append to response objects: The maximum number of remote calls is 20.');
  }
  return ok(details(catalogue, rank, append));
}

function changes(catalogue: Catalogue, parameters: URLSearchParams): JsonAnswer {
  const number = pageNumber(parameters);
  if (typeof number !== 'number') return number;
  const end = dayOf(parameters.get('end_date')) ?? catalogue.today.getTime();
  const start = dayOf(parameters.get('start_date')) ?? end - DAY_MS;
  const days = Math.ceil((end - start) / DAY_MS);
  if (Number.isNaN(days)) return failure(400, 23, 'Invalid date: Should be a range no longer than 14 days.');
  if (days > LONGEST_RANGE_DAYS) {
    return failure(422, 20, 'Invalid date range: Should be a range no longer than 14 days.');
  }
  return ok(changesPage(catalogue, Math.max(1, days), number));
}

/** Null when there is none; NaN when it is no day. */
function dayOf(given: string | null): number | null {
  return given === null ? null : Date.parse(`${given}T00:00:00Z`);
}
