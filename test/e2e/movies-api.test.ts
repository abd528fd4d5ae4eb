import '../support/quiet-logs.js';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import request from 'supertest';
import { UsersService } from '../../src/auth/users/users.service.js';
import { type HttpResponse, startTestApp, type TestApp } from '../support/test-app.js';

type Movie = Readonly<Record<string, unknown>> & { readonly id: number };

const MOVIES = 300;
const IMAGES = 'https://image.tmdb.org/t/p';

let service: TestApp;
let stored: Movie[];

beforeAll(async () => {
  service = await startTestApp({ ROLES: 'api' });
  const { database } = service;
  await database.query(`INSERT INTO genres VALUES (18, 'Drama'), (35, 'Comedy'), (80, 'Crime')`);
  // Few different values, so that there are ties and NULLs; every fifth movie was never enriched.
  await database.query(`
    INSERT INTO movies (id, title, original_title, overview, release_date, vote_average, vote_count, popularity, poster_url,
      genres, keywords, "cast", crew, production_companies, origin_country, collection, original_language, status,
      certification, runtime, adult, gone_at, updated_at, similar_movie_ids, imdb_id, enriched_at)
    SELECT n, CASE WHEN n % 11 > 0 THEN (ARRAY['alpha', 'Beta', 'beta', 'Ärger', '千と千尋'])[1 + n % 5] END, 'Original', 'Text',
      CASE WHEN n % 7 > 0 THEN date '1999-12-30' + n % 5 END, CASE WHEN n % 3 > 0 THEN n % 8 + 0.1 END, n % 4 * 100,
      CASE WHEN n % 13 > 0 THEN n % 10 / 3.0 END, '${IMAGES}/w500/p' || n || '.jpg',
      (ARRAY['["Drama"]', '["Drama", "Crime"]', '[]', '["Comedy"]', NULL]::jsonb[])[1 + n % 5],
      CASE WHEN n % 5 > 0 THEN jsonb_build_array('keyword ' || n % 6, 'heist') END,
      CASE WHEN n % 5 > 0 THEN jsonb_build_array(
        jsonb_build_object('id', n % 9, 'name', 'Ann', 'character', NULL, 'profile_path', '/a.jpg', 'order', 0), 'rubbish') END,
      CASE WHEN n % 5 > 0 THEN jsonb_build_array(
        jsonb_build_object('id', n % 4 + 1, 'name', 'Bob', 'job', CASE n % 3 WHEN 0 THEN 'Director' ELSE 'Writer' END,
          'department', 'Any', 'profile_path', NULL)) END,
      CASE WHEN n % 5 > 0 THEN jsonb_build_array(jsonb_build_object('id', n % 6 + 1, 'name', 'Co', 'logo_path', NULL, 'origin_country', 'US')) END,
      CASE WHEN n % 5 > 0 THEN (ARRAY['["US"]', '["US", "FR"]', '["JP"]']::jsonb[])[1 + n % 3] END,
      CASE WHEN n % 6 = 1 THEN jsonb_build_object('id', n % 4 + 1, 'name', 'Saga', 'poster_path', NULL) END,
      (ARRAY['en', 'fr', 'ja'])[1 + n % 3], (ARRAY['Released', 'Planned'])[1 + n % 2], (ARRAY['R', 'PG-13', NULL])[1 + n % 3],
      CASE WHEN n % 5 > 0 THEN 60 + n % 50 END, (ARRAY[false, NULL, true])[1 + n % 3 % 2 + (n % 17 = 0)::int],
      CASE WHEN n % 19 = 0 THEN timestamptz '2026-09-02 00:00:00Z' END, timestamp '2026-09-01' + n % 2 * interval '1 hour' + n % 3 * interval '1 microsecond',
      jsonb_build_array(n + 2, n + 1, 99999, n + 19), 'tt' || lpad(n::text, 7, '0'), CASE WHEN n % 5 > 0 THEN timestamptz '2026-09-01 03:00:00Z' END
    FROM generate_series(1, ${MOVIES}) AS n`);
  await database.query(`
    INSERT INTO movie_categories SELECT 'popular', n, n, timestamptz '2026-09-01 00:00:00Z' FROM generate_series(1, 45) n;
    INSERT INTO movie_translations VALUES (1, 'de', 'DE', 'Eins', NULL, NULL, NULL);
    INSERT INTO movie_releases VALUES (1, 'US', 3, '1999-12-31', 'R', NULL)`);
  const rows = await database.query<{ movie: Movie }>('SELECT to_jsonb(m) AS movie FROM movies m');
  stored = rows.map(({ movie }) => movie);
});

afterAll(() => service.close());

async function ids(path: string): Promise<number[]> {
  return ((await service.get(path)).body as Movie[]).map(({ id }) => id);
}

function nextOf({ headers }: HttpResponse): string | null {
  return /^<(.*)>; rel="next"$/.exec(headers.link ?? '')?.[1] ?? null;
}

async function allPages(
  path: string,
  betweenPages = (): Promise<unknown> => Promise.resolve(),
): Promise<Movie[]> {
  const movies: Movie[] = [];
  for (let next: string | null = path; next !== null;) {
    const page = await service.get(next);
    movies.push(...(page.body as Movie[]));
    next = nextOf(page);
    await betweenPages();
  }
  return movies;
}

async function refusal(path: string): Promise<string> {
  return ((await service.get(path, 400)).body as { readonly detail: string }).detail;
}

const has = (list: unknown, value: unknown): boolean => Array.isArray(list) && list.includes(value);
const idsIn = (list: unknown): unknown[] => (Array.isArray(list) ? list.map((item: Movie) => item.id) : []);

/** Each filter with the values that it is tried with, and what it means. */
const FILTERS: Readonly<
  Record<string, readonly [readonly string[], (movie: Movie, value: string) => boolean]>
> = {
  genre: [
    ['drama', '18', 'Crime', 'comedy'],
    (m, v) =>
      has(m.genres, { '18': 'Drama', drama: 'Drama', crime: 'Crime', comedy: 'Comedy' }[v.toLowerCase()]),
  ],
  keyword: [['heist', 'keyword 2', 'nothing'], (m, v) => has(m.keywords, v)],
  cast: [['1', '8', '77'], (m, v) => idsIn(m.cast).includes(Number(v))],
  crew: [['1', '2'], (m, v) => idsIn(m.crew).includes(Number(v))],
  director: [
    ['1', '3'],
    (m, v) => JSON.stringify(m.crew).includes('Director') && idsIn(m.crew).includes(Number(v)),
  ],
  company: [['1', '5'], (m, v) => idsIn(m.production_companies).includes(Number(v))],
  collection: [['2', '4'], (m, v) => (m.collection as Movie | null)?.id === Number(v)],
  year: [['1999', '2000'], (m, v) => String(m.release_date).startsWith(v)],
  released_from: [['2000-01-01'], (m, v) => m.release_date !== null && (m.release_date as string) >= v],
  released_to: [['1999-12-31'], (m, v) => m.release_date !== null && (m.release_date as string) <= v],
  original_language: [['en', 'JA'], (m, v) => m.original_language === v.toLowerCase()],
  origin_country: [['US', 'fr', 'DE'], (m, v) => has(m.origin_country, v.toUpperCase())],
  rating_min: [['3', '7.1'], (m, v) => m.vote_average !== null && Number(m.vote_average) >= Number(v)],
  rating_max: [['5.1'], (m, v) => m.vote_average !== null && Number(m.vote_average) <= Number(v)],
  votes_min: [['200'], (m, v) => Number(m.vote_count) >= Number(v)],
  runtime_min: [['90'], (m, v) => m.runtime !== null && Number(m.runtime) >= Number(v)],
  runtime_max: [['80'], (m, v) => m.runtime !== null && Number(m.runtime) <= Number(v)],
  status: [['released', 'Planned'], (m, v) => String(m.status).toLowerCase() === v.toLowerCase()],
  certification: [['R', 'PG-13'], (m, v) => m.certification === v],
  updated_since: [['2026-09-01T00:30:00Z'], (m, v) => String(m.updated_at) >= v.replace('Z', '')],
  adult: [['true', 'any'], (m, v) => v === 'any' || m.adult === true],
  gone: [['true', 'any'], (m, v) => v === 'any' || m.gone_at !== null],
};

function isShown(movie: Movie, query: Readonly<Record<string, string>>): boolean {
  if (query.adult === undefined && movie.adult === true) return false;
  if (query.gone === undefined && movie.gone_at !== null) return false;
  return Object.entries(query).every(([name, value]) => FILTERS[name]![1](movie, value));
}

const KEYS: Readonly<Record<string, (movie: Movie) => number | string | null>> = {
  popularity: (m) => m.popularity as number | null,
  rating: (m) => m.vote_average as number | null,
  votes: (m) => m.vote_count as number | null,
  released: (m) => m.release_date as string | null,
  title: (m) =>
    m.title === null
      ? null
      : Buffer.from((m.title as string).replace(/[A-Z]/g, (c) => c.toLowerCase()).replace('Ä', 'ä')).toString(
          'hex',
        ),
  updated: (m) => m.updated_at as string,
  id: (m) => m.id,
};

function sorted(movies: readonly Movie[], sort: string): number[] {
  const key = KEYS[sort.replace('-', '')]!;
  const sign = sort.startsWith('-') ? -1 : 1;
  const compare = (a: Movie, b: Movie): number => {
    const [x, y] = [key(a), key(b)];
    if (x === y) return sign * (a.id - b.id);
    if (x === null || y === null) return x === null ? 1 : -1;
    return sign * (x < y ? -1 : 1);
  };
  return [...movies].sort(compare).map(({ id }) => id);
}

const queries = fc
  .subarray(Object.keys(FILTERS), { maxLength: 3 })
  .chain((names) =>
    fc.record(Object.fromEntries(names.map((name) => [name, fc.constantFrom(...FILTERS[name]![0])]))),
  );
const sorts = fc.constantFrom(...Object.keys(KEYS).flatMap((name) => [name, `-${name}`]));

describe('GET /movies', () => {
  it('every filter alone gives the movies that it describes', async () => {
    for (const [name, [values]] of Object.entries(FILTERS)) {
      for (const value of values) {
        const query = { [name]: value };
        const expected = sorted(
          stored.filter((movie) => isShown(movie, query)),
          '-popularity',
        );
        const found = await allPages(`/movies?${new URLSearchParams({ ...query, limit: '100' }).toString()}`);
        expect([query, found.map(({ id }) => id)]).toEqual([query, expected]);
      }
    }
  });

  it('random filters and sorts give each movie once and in order, while movies are being written', async () => {
    let writes = 0;
    const write = (): Promise<unknown> =>
      service.database.query(
        `INSERT INTO movies (id, title, popularity, release_date, adult) VALUES ($1, 'alpha', $2, '2000-01-01', false)`,
        [10_000 + ++writes, writes % 4],
      );
    await fc.assert(
      fc.asyncProperty(queries, sorts, fc.integer({ min: 7, max: 60 }), async (query, sort, limit) => {
        const parameters = new URLSearchParams({
          ...query,
          sort,
          limit: String(limit),
          fields: 'updated_at,release_date,title',
        });
        const found = (await allPages(`/movies?${parameters.toString()}`, write)).map(({ id }) => id);
        expect(new Set(found).size).toBe(found.length);
        const seeded = found.filter((id) => id <= MOVIES);
        expect(seeded).toEqual(
          sorted(
            stored.filter((movie) => isShown(movie, query)),
            sort,
          ),
        );
      }),
      { numRuns: 40, seed: 20_261_128 },
    );
    await service.database.query('DELETE FROM movies WHERE id > 10000');
  }, 120_000);

  it('a comma means all of the values and a bar any of them', async () => {
    const both = stored.filter(({ genres }) => has(genres, 'Drama') && has(genres, 'Crime'));
    const either = stored.filter(({ keywords }) => has(keywords, 'keyword 1') || has(keywords, 'keyword 2'));
    const shown = (movies: readonly Movie[]): number[] =>
      sorted(
        movies.filter((movie) => isShown(movie, {})),
        'id',
      );
    expect(await ids('/movies?genre=drama,80&sort=id&limit=100')).toEqual(shown(both));
    expect(await ids('/movies?keyword=keyword 1|keyword 2&sort=id&limit=100')).toEqual(
      shown(either).slice(0, 100),
    );
    expect(await ids('/movies?ids=3,2,99999&sort=id')).toEqual([2, 3]);
    expect(await ids('/movies?original_language=en|ja&status=Planned&sort=id&limit=3')).toEqual(
      shown(stored.filter(({ original_language: l, status }) => l !== 'fr' && status === 'Planned')).slice(
        0,
        3,
      ),
    );
  });

  it.each([
    ['genre=Drama,Crime|Comedy', 'genre mixes "," (all of) and "|" (any of): use one of them'],
    ['genre=Nonsense', 'There is no genre "Nonsense". GET /genres lists the names and ids.'],
    ['status=Released,Planned', 'status is a single value of each movie: separate alternatives with "|"'],
    ['status=Lost', 'status must be one of Rumored'],
    ['cast=Ann', 'cast must be an id of TMDB'],
    ['cast=1&cast=2', 'cast must be given once'],
    ['year=soon', 'year must be an integer number'],
    ['released_from=2026-02-30', 'released_from must be a day such as 2026-09-01'],
    ['sort=budget', 'sort must be one of'],
    ['color=red', 'property color should not exist'],
    ['fields=title,color', 'fields has no "color"; the fields are those of GET /movies/{id}'],
    ['cursor=nonsense', 'cursor is not one that the service has sent: start again without it'],
    ['ids=' + Array.from({ length: 101 }, (_, n) => n + 1).join(','), 'ids has more than 100 values'],
  ])('GET /movies refuses a parameter with a reason: %.40s', async (query, reason) => {
    expect(await refusal(`/movies?${query}`)).toContain(reason);
  });

  it('a cursor of other filters or another sort is refused, and so is one with an impossible value', async () => {
    const cursor = new URL(
      nextOf(await service.get('/movies?genre=Drama&limit=2'))!,
      service.url,
    ).searchParams.get('cursor')!;
    expect(await ids(`/movies?genre=Drama&cursor=${cursor}&limit=5&fields=title`)).toHaveLength(5);
    // The order of the filters does not matter.
    const two = nextOf(await service.get('/movies?status=Released&genre=Drama&limit=2'))!;
    expect(await ids(two.replace('status=Released&genre=Drama', 'genre=Drama&status=Released'))).toHaveLength(
      2,
    );
    for (const query of ['', 'genre=Crime', 'genre=Drama&sort=popularity', 'genre=Drama&adult=any']) {
      expect(await refusal(`/movies?${query}&cursor=${cursor}`)).toContain(
        'made for other filters or another sort',
      );
    }
    const [digest, id] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as [string, number];
    const forged = Buffer.from(JSON.stringify([digest, id, 'abc'])).toString('base64url');
    expect(await refusal(`/movies?genre=Drama&cursor=${forged}`)).toContain('cursor is not one');
  });

  it('fields picks any field of a movie, and id is always among them', async () => {
    const { body } = await service.get('/movies?ids=1&fields=title,cast,lists');
    expect(body).toEqual([
      {
        id: 1,
        title: 'Beta',
        // The element that is no person is left out.
        cast: [{ id: 1, name: 'Ann', character: null, profile_path: '/a.jpg', order: 0 }],
        lists: [{ category: 'popular', position: 1, seen_at: '2026-09-01T00:00:00.000Z' }],
      },
    ]);
  });
});

describe('one movie', () => {
  it('has everything that is stored about it, by either id', async () => {
    const { body } = await service.get('/movies/1');
    expect(body).toMatchObject({
      ...{ id: 1, title: 'Beta', release_date: '1999-12-31', vote_average: 1.1, budget: null },
      ...{ poster_path: '/p1.jpg', poster_url: `${IMAGES}/w500/p1.jpg`, backdrop_path: null },
      genres: ['Drama', 'Crime'],
      updated_at: '2026-09-01T01:00:00.000Z',
      enriched_at: '2026-09-01T03:00:00.000Z',
      gone_at: null,
      collection: { id: 2, name: 'Saga', poster_path: null },
      translations: [
        { language: 'de', region: 'DE', title: 'Eins', overview: null, tagline: null, homepage: null },
      ],
      releases: [{ region: 'US', type: 3, date: '1999-12-31', certification: 'R', note: null }],
      lists: [{ category: 'popular', position: 1, seen_at: '2026-09-01T00:00:00.000Z' }],
    });
    expect((await service.get('/movies/imdb/tt0000001')).body).toEqual(body);
  });

  it('that was never enriched has null in what only details contain', async () => {
    expect((await service.get('/movies/5')).body).toMatchObject({
      id: 5,
      cast: null,
      enriched_at: null,
      translations: [],
    });
  });

  it('that is gone is visible by its id with its mark, and not in lists', async () => {
    expect((await service.get('/movies/19')).body).toMatchObject({
      id: 19,
      gone_at: '2026-09-02T00:00:00.000Z',
    });
    expect(await ids('/movies?ids=19')).toEqual([]);
    expect(await ids('/lists/popular?limit=100')).not.toContain(19);
    expect(await ids('/movies/18/similar')).toEqual([20, 37]);
  });

  it.each(['/movies/4711', '/movies/imdb/tt9999999', '/movies/4711/similar'])('%s is 404', async (path) => {
    const { body } = await service.get(path, 404);
    expect(body).toMatchObject({
      detail: expect.stringContaining('GET /movies lists those that are stored'),
    });
  });
});

describe('lists and genres', () => {
  it('the lists are given with their sizes and when they were read', async () => {
    expect((await service.get('/lists')).body).toEqual([
      { category: 'popular', movies: 45, seen_at: '2026-09-01T00:00:00.000Z' },
    ]);
  });

  it('a list is paged in the order of TMDB', async () => {
    const movies = await allPages('/lists/popular?limit=10&fields=title');
    expect(movies.map(({ position }) => position)).toEqual(
      Array.from({ length: 45 }, (_, n) => n + 1).filter((n) => n % 19 > 0),
    );
    expect(movies[0]).toEqual({ position: 1, seen_at: '2026-09-01T00:00:00.000Z', id: 1, title: 'Beta' });
    expect((await service.get('/lists/upcoming')).body).toEqual([]);
    await service.get('/lists/favourites', 400);
  });

  it('genres are counted without gone and adult movies', async () => {
    const count = (genre: string): number =>
      stored.filter((movie) => isShown(movie, {}) && has(movie.genres, genre)).length;
    expect((await service.get('/genres')).body).toEqual([
      { id: 35, name: 'Comedy', movies: count('Comedy') },
      { id: 80, name: 'Crime', movies: count('Crime') },
      { id: 18, name: 'Drama', movies: count('Drama') },
    ]);
  });
});

describe('caching and access', () => {
  it('a response has an ETag of its body, and a request that has it gets 304', async () => {
    const first = await service.get('/movies/1');
    const etag = first.headers.etag!;
    expect([etag, first.headers['cache-control']]).toEqual([
      expect.stringMatching(/^"[\w-]{43}"$/),
      'public, max-age=60',
    ]);
    // As fetch() sends it.
    const headers = { 'If-None-Match': `"other", ${etag}`, 'Cache-Control': 'no-cache' };
    const repeated = await request(service.url).get('/movies/1').set(headers);
    expect([repeated.status, repeated.text, repeated.headers.etag]).toEqual([304, '', etag]);
    await service.database.query(`UPDATE movies SET tagline = 'New' WHERE id = 1`);
    const changed = await request(service.url).get('/movies/1').set('If-None-Match', etag);
    expect([changed.status, (changed.body as Movie).tagline]).toEqual([200, 'New']);
  });

  it('HEAD has the headers of GET and no body', async () => {
    const { status, headers, text } = await request(service.url).head('/movies?limit=2');
    expect(['', undefined]).toContain(text);
    expect([status, headers.link]).toEqual([200, expect.stringContaining('rel="next"')]);
    expect(headers.etag).toBe((await service.get('/movies?limit=2')).headers.etag);
  });

  it('an error is not cached', async () => {
    expect((await service.get('/movies/4711', 404)).headers['cache-control']).toBe('no-store');
  });

  it('with MOVIES_ACCESS=signed_in movies need a token, and shared caches must not store them', async () => {
    const closed = await startTestApp({ ROLES: 'api', MOVIES_ACCESS: 'signed_in' });
    await closed.app.get(UsersService).add('guest', 'correct horse battery', 'viewer');
    const token = await closed.app.get(UsersService).token('guest', 600);
    for (const path of ['/movies', '/lists', '/lists/popular', '/genres', '/exports']) {
      await closed.get(path, 401);
      const { status, headers } = await request(closed.url).get(path).set('Authorization', `Bearer ${token}`);
      expect([path, status, headers['cache-control']]).toEqual([path, 200, 'private, max-age=60']);
    }
    await closed.get('/pipeline/runs');
    await closed.close();
  });
});
