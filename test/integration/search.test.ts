import '../support/quiet-logs.js';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PrismaService } from '../../src/database/prisma.service.js';
import type { ListedMovie } from '../../src/movies/movie-record.js';
import { MoviesRepository } from '../../src/movies/movies.repository.js';
import { ENRICHED, LISTED } from '../support/movies.js';
import { startTestApp, type TestApp } from '../support/test-app.js';

const NOW = new Date('2026-09-01T12:00:00Z');

const TITLES: readonly Partial<ListedMovie>[] = [
  { id: 1, title: 'Rocky', releaseDate: '1976-11-20', popularity: 50 },
  { id: 2, title: 'Rocky II', releaseDate: '1979-06-15', popularity: 40 },
  { id: 3, title: 'Dune', releaseDate: '1984-12-14', popularity: 60 },
  { id: 4, title: 'Dune', releaseDate: '2021-09-15', popularity: 55 },
  { id: 5, title: 'The Dark Knight', popularity: 90 },
  { id: 6, title: 'Knight of the Dark Castle', popularity: 1 },
  { id: 7, title: 'Spirited Away', originalTitle: '千と千尋の神隠し', popularity: 80 },
  { id: 8, title: 'Amélie', originalTitle: "Le Fabuleux Destin d'Amélie Poulain", popularity: 30 },
  { id: 9, title: 'Fast & Furious', popularity: 45 },
  { id: 10, title: 'I, Robot', popularity: 44 },
  { id: 11, title: 'Robot', popularity: 20 },
  { id: 12, title: 'Malcolm X', popularity: 25 },
  { id: 13, title: 'Memories of Murder', originalTitle: '살인의 추억', popularity: 24 },
  { id: 14, title: 'Dark Adult', adult: true, popularity: 99 },
  { id: 15, title: 'Blade Runner 2049', releaseDate: '2017-10-04', popularity: 61 },
  { id: 16, title: 'ฉลาดเกมส์โกง', popularity: 5 },
  { id: 17, title: 'Die Hard', popularity: 62 },
  { id: 18, title: '???', popularity: 1 },
  { id: 19, title: 'Dark Gone', popularity: 98 },
  { id: 20, title: 'Rocko', popularity: 2 },
];

const HOSTILE = [
  ...[
    '\u0000',
    'a\u0000b',
    '%',
    '_',
    '%%%%',
    '\\',
    "\\'",
    "'",
    '"',
    "' OR 1=1 --",
    '!!!',
    ' ',
    '\t',
    ':*',
    'a:*',
    'a & b',
  ],
  ...[
    '🎬🎬',
    '👨‍👩‍👧',
    '\u202eabc',
    'مرحبا',
    'שלום',
    '\u0301'.repeat(200),
    '𠮷'.repeat(100),
    'a '.repeat(100),
    '½²³',
  ],
  ...[
    '{a}',
    '<->',
    '(',
    ')',
    '|',
    '!a',
    '2021',
    ' 2021',
    '(2021)',
    'a 9999',
    '٢٠٢١',
    'ﷺ'.repeat(199),
    'ß'.repeat(200),
  ],
];

let app: TestApp;

beforeAll(async () => {
  app = await startTestApp({ ROLES: 'api' }, { movies: 1, people: 1 });
  const movies = TITLES.map((movie) => ({ ...LISTED, originalTitle: movie.title ?? null, ...movie }));
  await app.app.get(MoviesRepository).storeListed(movies, NOW);
  await app.app.get(MoviesRepository).storeEnriched(
    [
      {
        ...ENRICHED,
        ...{ id: 21, title: 'The Godfather', originalTitle: 'The Godfather', popularity: 70 },
        alternativeTitles: [{ country: 'FR', title: 'Le Parrain', type: null }],
      },
    ],
    NOW,
  );
  await app.database.query('UPDATE movies SET gone_at = now() WHERE id = 19');
});

afterAll(async () => {
  await app.close();
});

it('a search is refused until all movies have their titles', async () => {
  await app.database.query('UPDATE movie_titles_fill SET finished_at = NULL');
  const { headers, body } = await app.get('/search/movies?q=rocky', 503);
  expect(headers['retry-after']).toBe('30');
  expect(body).toMatchObject({ status: 503, detail: expect.stringContaining('prepared') });
  await app.get('/suggest?q=rocky', 503);
  await app.get('/pipeline/status');
  await app.database.query('UPDATE movie_titles_fill SET finished_at = now()');
});

/** Ids and kinds of match, as `id match`. */
async function hits(query: string, parameters = ''): Promise<readonly string[]> {
  const { body } = await app.get(`/search/movies?q=${encodeURIComponent(query)}${parameters}`);
  return (body as { id: number; match: string }[]).map(({ id, match }) => `${id} ${match}`);
}

async function suggestions(query: string): Promise<readonly number[]> {
  const { body } = await app.get(`/suggest?q=${encodeURIComponent(query)}`);
  return (body as { id: number }[]).map(({ id }) => id);
}

describe('A search', () => {
  it('finds whole titles before beginnings, beginnings before words, and the popular first among equals', async () => {
    expect(await hits('rocky')).toEqual(['1 exact', '2 prefix', '20 typo']);
    expect((await hits('dark knight')).slice(0, 2)).toEqual(['5 exact', '6 words']);
    expect((await hits('dune')).slice(0, 2)).toEqual(['3 exact', '4 exact']);
  });

  it.each([
    ['ROCKY 2', '2 exact'],
    ['rocky ii', '2 exact'],
    ['dune 2021', '4 exact'],
    ['Dune (1984)', '3 exact'],
    ['blade runner 2049', '15 exact'],
    ['blade runner 2017', '15 prefix'],
    ['amelie', '8 exact'],
    ['le fabuleux destin d’amelie', '8 prefix'],
    ['ｒｏｃｋｙ', '1 exact'],
    ['fast and furious', '9 exact'],
    ['i robot', '10 exact'],
    ['malcolm x', '12 exact'],
    ['the malcolm x', '12 exact'],
    ['knight dark the', '5 words'],
    ['le parrain', '21 exact'],
    ['千と千尋の神隠し', '7 exact'],
    ['神隠し', '7 words'],
    ['千尋', '7 words'],
    ['隠', '7 words'],
    ['살인의추억', '13 exact'],
    ['추억', '13 words'],
    ['เกมส์', '16 words'],
    ['die hard', '17 exact'],
    ['???', '18 exact'],
    ['rcoky', '1 typo'],
    ['spirted away', '7 typo'],
    ['godfahter', '21 typo'],
    ['teh godfather', '21 typo'],
  ])('for %j finds %s first', async (query, first) => {
    expect((await hits(query))[0]).toBe(first);
  });

  it('with a year finds only movies of that year', async () => {
    expect(await hits('dune', '&year=1984')).toEqual(['3 exact']);
    expect(await hits('dune', '&year=1990')).toEqual([]);
  });

  it('leaves out adult and gone movies', async () => {
    expect(await hits('dark adult')).not.toContain('14 exact');
    expect(await hits('dark gone')).not.toContain('19 exact');
  });

  it('returns as many movies as asked for, and looks for typos only where there are fewer', async () => {
    expect(await hits('rocky', '&limit=2')).toEqual(['1 exact', '2 prefix']);
  });

  it('shows what a list of results needs', async () => {
    const { body } = await app.get('/search/movies?q=dune+2021');
    expect((body as unknown[])[0]).toMatchObject({
      ...{ id: 4, title: 'Dune', release_date: '2021-09-15', match: 'exact', popularity: 55 },
      ...{ poster_url: LISTED.posterUrl, poster_path: '/p.jpg', genres: LISTED.genres },
    });
  });

  it('that is cancelled after half a second with nothing found is 503, which is not an empty list', async () => {
    await app.app.get(PrismaService).$transaction(async (tx) => {
      await tx.$executeRaw`LOCK TABLE movie_titles IN ACCESS EXCLUSIVE MODE`;
      for (const path of ['/search/movies?q=rocky', '/suggest?q=rocky']) {
        const { headers } = await app.get(path, 503);
        expect(headers['retry-after']).toBe('5');
      }
    });
    expect(await hits('rocky')).not.toEqual([]);
  });

  it('without pg_trgm finds only typos of one character', async () => {
    expect(await hits('memoreis of murdr')).toEqual(['13 typo']);
    await app.database.query('ALTER INDEX movie_titles_trigrams RENAME TO other');
    expect(await hits('memoreis of murdr')).toEqual([]);
    expect(await hits('rcoky')).toEqual(['1 typo']);
    await app.database.query('ALTER INDEX other RENAME TO movie_titles_trigrams');
  });

  it.each(HOSTILE)('for the hostile query %j is an empty or a short list', async (query) => {
    expect((await hits(query)).length).toBeLessThanOrEqual(20);
    expect((await suggestions(query)).length).toBeLessThanOrEqual(8);
  });

  it.each([
    '?q=',
    '',
    `?q=${'a'.repeat(201)}`,
    `?q=${'a'.repeat(10_000)}`,
    '?q=a&q=b',
    '?q[x]=a',
    '?q=a&page=2',
  ])('rejects the parameters %j', async (parameters) => {
    await app.get(`/search/movies${parameters}`, 400);
    await app.get(`/suggest${parameters}`, 400);
  });

  it.each(['limit=0', 'limit=51', 'limit=x', 'year=1e9', 'year=99999999999', 'year='])(
    'rejects %s',
    async (parameter) => {
      await app.get(`/search/movies?q=a&${parameter}`, 400);
    },
  );
});

describe('A suggestion', () => {
  it('is a movie with a title that begins so, in any language, the popular first', async () => {
    expect(await suggestions('d')).toEqual([5, 17, 3, 4]);
    expect(await suggestions('the dar')).toEqual([5]);
    expect(await suggestions('Le Par')).toEqual([21]);
    expect(await suggestions('千')).toEqual([7]);
    expect(await suggestions('x')).toEqual([]);
  });

  it('has title, year and poster', async () => {
    const { body } = await app.get('/suggest?q=rocky+ii');
    expect(body).toEqual([
      { id: 2, title: 'Rocky II', year: 1979, poster_url: LISTED.posterUrl, poster_path: '/p.jpg' },
    ]);
  });

  it('is one of the most popular movies where thousands begin so', async () => {
    await app.database.query(`
      INSERT INTO movies (id, title, popularity) SELECT i, 'Quiz ' || i, i FROM generate_series(1001, 4000) AS i`);
    await app.database.query(`
      INSERT INTO movie_titles (movie_id, title, main) SELECT id, 'quiz ' || id, true FROM movies WHERE id > 1000`);
    expect(await suggestions('q')).toEqual([4000, 3999, 3998, 3997, 3996, 3995, 3994, 3993]);
    expect(await hits('quiz', '&limit=3')).toEqual(['4000 prefix', '3999 prefix', '3998 prefix']);
    await app.database.query('DELETE FROM movies WHERE id > 1000');
  });
});
