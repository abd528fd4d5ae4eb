import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { listedDigest, STORED_AS_LISTED } from '../../src/movies/sql/listed-digest.js';
import type { ListedMovie } from '../../src/movies/movie-record.js';
import { openMoviesStore, type MoviesStore } from '../support/movies-store.js';

const T1 = new Date('2026-09-01T12:00:00Z');
const T2 = new Date('2026-09-02T12:00:00Z');

const MOVIE: ListedMovie = {
  id: 11,
  title: 'Star Wars: "Épisode IV" \\ 星球大战 🚀',
  originalTitle: null,
  originalLanguage: 'en',
  overview: 'One line,\nanother\tand a (last) one.',
  releaseDate: '1977-05-25',
  voteAverage: 8.203,
  voteCount: 21_000,
  popularity: 0.1 + 0.2,
  posterUrl: null,
  backdropUrl: 'https://image.tmdb.org/t/p/w1280/b.jpg',
  genres: ['Action', 'Science "Fiction"\u0001', 'Aventure \u{1f680}'],
  adult: true,
};

let store: MoviesStore;

beforeAll(async () => {
  store = await openMoviesStore();
});
afterAll(() => store.close());
beforeEach(() => store.query('TRUNCATE movies CASCADE'));

/** Which of the movies need not be sent. */
async function recognised(...movies: readonly ListedMovie[]): Promise<number[]> {
  const ids = movies.map(({ id }) => id);
  const answer = await store.query(STORED_AS_LISTED, [ids, movies.map(listedDigest)]);
  return (answer[0] as { ids: number[] }).ids;
}

it('recognises movies that are stored as a list says, whatever their values', async () => {
  const nothing = Object.fromEntries(Object.keys(MOVIE).map((key) => [key, null])) as unknown as ListedMovie;
  const movies = [
    MOVIE,
    { ...MOVIE, id: 12, genres: [], adult: false, popularity: 1e-3, voteAverage: 0 },
    { ...nothing, id: 13 },
  ];
  await store.movies.storeListed(movies, T1);
  expect(await recognised(...movies)).toEqual([11, 12, 13]);
});

it('has those sent alone of which a list says something else', async () => {
  const movies = [MOVIE, { ...MOVIE, id: 12 }];
  await store.movies.storeListed(movies, T1);
  const sent: string[] = [];
  const listening = new Proxy(store.prisma, {
    get: (prisma, name) => {
      if (name !== '$queryRawUnsafe') return Reflect.get(prisma, name) as unknown;
      return (sql: string, ...values: unknown[]) => {
        sent.push(...values.filter(Buffer.isBuffer).map(String));
        return prisma.$queryRawUnsafe(sql, ...values);
      };
    },
  });
  await store.movies.storeListed(movies, T2, listening);
  expect(sent).toEqual([]);
  const changed = { ...MOVIE, id: 12, voteCount: 1 };
  const report = await store.movies.storeListed([MOVIE, changed], T2, listening);
  expect(report).toEqual({ inserted: [], updated: [12], unchanged: [11] });
  expect(sent).toEqual([JSON.stringify([changed])]);
});

it.each<Partial<ListedMovie>>([
  { title: 'Another title' },
  { originalTitle: 'Another title' },
  { originalLanguage: 'fr' },
  { overview: 'Another overview' },
  { releaseDate: '1977-05-26' },
  { voteAverage: 8.204 },
  { voteCount: 21_001 },
  { popularity: 0.3 },
  { posterUrl: 'https://image.tmdb.org/t/p/w500/p.jpg' },
  { backdropUrl: 'https://image.tmdb.org/t/p/w1280/another.jpg' },
  { genres: ['Action'] },
  { adult: false },
])('takes none for stored of which a list says something else: %j', async (change) => {
  await store.movies.storeListed([MOVIE], T1);
  expect(await recognised({ ...MOVIE, ...change })).toEqual([]);
  expect((await store.movies.storeListed([{ ...MOVIE, ...change }], T2)).updated).toEqual([11]);
  expect(await recognised({ ...MOVIE, ...change })).toEqual([11]);
});

it('mends what was changed by hand', async () => {
  await store.movies.storeListed([MOVIE], T1);
  await store.query(`UPDATE movies SET overview = 'By hand'`);
  expect((await store.movies.storeListed([MOVIE], T2)).updated).toEqual([11]);
  expect(await store.row(11)).toMatchObject({ overview: MOVIE.overview });
});

it('is not misled by values that hold what stands between them', async () => {
  await store.movies.storeListed([{ ...MOVIE, title: 'a\u001fb', overview: 'c' }], T1);
  const moved = { ...MOVIE, title: 'a', overview: 'b\u001fc' };
  expect(listedDigest(moved)).toBeNull();
  expect((await store.movies.storeListed([moved], T2)).updated).toEqual([11]);
  expect(await store.row(11)).toMatchObject({ title: 'a', overview: 'b\u001fc' });
});

it('does not take a movie for stored whose mark of being gone is to be cleared', async () => {
  await store.movies.storeListed([MOVIE], T1);
  await store.movies.markGone([11], T1);
  expect(await recognised(MOVIE)).toEqual([]);
});
