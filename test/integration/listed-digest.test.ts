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

/** Ids of the movies that need not be sent. */
async function storedAsListed(...movies: readonly ListedMovie[]): Promise<number[]> {
  const ids = movies.map(({ id }) => id);
  const [row] = await store.query<{ ids: number[] }>(STORED_AS_LISTED, [ids, movies.map(listedDigest)]);
  return row!.ids;
}

it('the digest finds stored movies that a list describes identically, for all kinds of values', async () => {
  const unknown = Object.fromEntries(Object.keys(MOVIE).map((key) => [key, null])) as unknown as ListedMovie;
  const movies = [
    MOVIE,
    { ...MOVIE, id: 12, genres: [], adult: false, popularity: 1e-3, voteAverage: 0 },
    { ...unknown, id: 13 },
  ];
  await store.movies.storeListed(movies, T1);
  expect(await storedAsListed(...movies)).toEqual([11, 12, 13]);
});

it('storing a list sends only the movies that differ from what is stored', async () => {
  const movies = [MOVIE, { ...MOVIE, id: 12 }];
  await store.movies.storeListed(movies, T1);
  const sent: string[] = [];
  const recordingTx = new Proxy(store.prisma, {
    get: (prisma, name) => {
      if (name !== '$queryRawUnsafe') return Reflect.get(prisma, name) as unknown;
      return (sql: string, ...values: unknown[]) => {
        sent.push(...values.filter(Buffer.isBuffer).map(String));
        return prisma.$queryRawUnsafe(sql, ...values);
      };
    },
  });
  await store.movies.storeListed(movies, T2, recordingTx);
  expect(sent).toEqual([]);
  const changed = { ...MOVIE, id: 12, voteCount: 1 };
  const report = await store.movies.storeListed([MOVIE, changed], T2, recordingTx);
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
])('the digest does not find a movie that a list describes differently: %j', async (change) => {
  await store.movies.storeListed([MOVIE], T1);
  expect(await storedAsListed({ ...MOVIE, ...change })).toEqual([]);
  expect((await store.movies.storeListed([{ ...MOVIE, ...change }], T2)).updated).toEqual([11]);
  expect(await storedAsListed({ ...MOVIE, ...change })).toEqual([11]);
});

it('storing a list overwrites a value that was changed by hand', async () => {
  await store.movies.storeListed([MOVIE], T1);
  await store.query(`UPDATE movies SET overview = 'By hand'`);
  expect((await store.movies.storeListed([MOVIE], T2)).updated).toEqual([11]);
  expect(await store.row(11)).toMatchObject({ overview: MOVIE.overview });
});

it('a value that contains the separator has no digest and is stored', async () => {
  await store.movies.storeListed([{ ...MOVIE, title: 'a\u001fb', overview: 'c' }], T1);
  const moved = { ...MOVIE, title: 'a', overview: 'b\u001fc' };
  expect(listedDigest(moved)).toBeNull();
  expect((await store.movies.storeListed([moved], T2)).updated).toEqual([11]);
  expect(await store.row(11)).toMatchObject({ title: 'a', overview: 'b\u001fc' });
});

it('the digest does not find a movie whose gone_at must be cleared', async () => {
  await store.movies.storeListed([MOVIE], T1);
  await store.query('UPDATE movies SET gone_at = now()');
  expect(await storedAsListed(MOVIE)).toEqual([]);
});
