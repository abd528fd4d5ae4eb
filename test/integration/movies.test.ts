import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { COUNT_FAILING, FAILING } from '../../src/movies/due-sql.js';
import type { EnrichedMovie, ListedMovie } from '../../src/movies/movie-records.js';
import { RowRefusedError } from '../../src/movies/row-refused-error.js';
import { openMoviesStore, type MoviesStore } from '../support/movies-store.js';

const T1 = new Date('2026-09-01T12:00:00Z');
const T2 = new Date('2026-09-02T12:00:00Z');
const AT_T1 = '2026-09-01T12:00:00';
const AT_T2 = '2026-09-02T12:00:00';
const DAY_MS = 86_400_000;

const LISTED: ListedMovie = {
  id: 550,
  title: 'Fight Club',
  originalTitle: 'Fight Club',
  originalLanguage: 'en',
  overview: 'A ticking-time-bomb insomniac …',
  releaseDate: '1999-10-15',
  voteAverage: 8.4,
  voteCount: 28_000,
  popularity: 70.5,
  posterUrl: 'https://image.tmdb.org/t/p/w500/p.jpg',
  backdropUrl: 'https://image.tmdb.org/t/p/w1280/b.jpg',
  genres: ['Drama', 'Thriller'],
  adult: false,
};
const ENRICHED: EnrichedMovie = {
  ...LISTED,
  imdbId: 'tt0137523',
  status: 'Released',
  runtime: 139,
  budget: 63_000_000,
  revenue: 3_000_000_000,
  tagline: 'Mischief. Mayhem. Soap.',
  cast: [{ id: 819, name: 'Edward Norton', character: 'Narrator', profile_path: null, order: 0 }],
  crew: [{ id: 7467, name: 'David Fincher', job: 'Director', department: 'Directing', profile_path: null }],
  keywords: ['dual identity'],
  similarMovieIds: [680, 807],
  trailerKey: 'dfeUzm6KF4g',
};

let store: MoviesStore;

beforeAll(async () => {
  store = await openMoviesStore();
});
afterAll(() => store.close());
beforeEach(() => store.query('TRUNCATE movies CASCADE'));

describe('storing what a list says', () => {
  it('inserts a film, updates it when something changed, and else leaves the row alone', async () => {
    expect(await store.movies.storeListed([LISTED], T1)).toEqual({
      inserted: [550],
      updated: [],
      unchanged: [],
    });
    const before = await store.written(550);
    expect(await store.movies.storeListed([LISTED], T2)).toEqual({
      inserted: [],
      updated: [],
      unchanged: [550],
    });
    expect(await store.written(550)).toEqual(before);
    const changed = await store.movies.storeListed([{ ...LISTED, popularity: 71 }], T2);
    expect(changed).toEqual({ inserted: [], updated: [550], unchanged: [] });
    expect(await store.row(550)).toMatchObject({ popularity: 71, created_at: AT_T1, updated_at: AT_T2 });
  });

  it('leaves every column alone that comes from details', async () => {
    await store.movies.storeEnriched([ENRICHED], T1);
    const before = await store.row(550);
    await store.movies.storeListed([{ ...LISTED, title: 'Another title' }], T2);
    expect(await store.row(550)).toEqual({ ...before, title: 'Another title', updated_at: AT_T2 });
  });

  it('never erases what is known with null or 0', async () => {
    await store.movies.storeListed([LISTED], T1);
    const before = await store.row(550);
    const nothing = Object.fromEntries(
      Object.keys(LISTED).map((key) => [key, null]),
    ) as unknown as ListedMovie;
    const report = await store.movies.storeListed(
      [{ ...nothing, id: 550, voteAverage: 0, voteCount: 0, popularity: 0 }],
      T2,
    );
    expect(report.unchanged).toEqual([550]);
    expect(await store.row(550)).toEqual(before);
  });

  it('takes genres in another order as the same, and none as unknown', async () => {
    await store.movies.storeListed([LISTED], T1);
    const shuffled = await store.movies.storeListed([{ ...LISTED, genres: ['Thriller', 'Drama'] }], T2);
    expect(shuffled.unchanged).toEqual([550]);
    const none = await store.movies.storeListed([{ ...LISTED, genres: [] }], T2);
    expect(none.unchanged).toEqual([550]);
    const fewer = await store.movies.storeListed([{ ...LISTED, genres: ['Drama'] }], T2);
    expect(fewer.updated).toEqual([550]);
  });

  it('clears the mark of a film that was gone, though nothing of it changed', async () => {
    await store.movies.storeListed([LISTED], T1);
    await store.movies.markGone([550], T1);
    expect(await store.row(550)).toMatchObject({ gone_at: `${AT_T1}+00:00`, title: 'Fight Club' });
    expect((await store.movies.storeListed([LISTED], T2)).unchanged).toEqual([550]);
    expect(await store.row(550)).toMatchObject({ gone_at: null, updated_at: AT_T1 });
  });

  it('stores a batch in one go, whatever its order, and two batches at once', async () => {
    const films = Array.from({ length: 200 }, (_, index) => ({ ...LISTED, id: index + 1 }));
    const [a, b] = await Promise.all([
      store.movies.storeListed(films, T1),
      store.movies.storeListed([...films].reverse(), T1),
    ]);
    expect(a.inserted.length + a.unchanged.length).toBe(200);
    expect(b.inserted.length + b.unchanged.length).toBe(200);
    expect(await store.query('SELECT count(*)::int AS n FROM movies')).toEqual([{ n: 200 }]);
  });

  it('refuses a value that does not fit without storing half of the batch', async () => {
    const batch = [LISTED, { ...LISTED, id: 551, voteCount: 2 ** 40 }];
    await expect(store.movies.storeListed(batch, T1)).rejects.toBeInstanceOf(RowRefusedError);
    expect(await store.query('SELECT id FROM movies')).toEqual([]);
  });
});

describe('storing details', () => {
  it('stores them all, money above 2³¹ too', async () => {
    await store.movies.storeEnriched([ENRICHED], T1);
    expect(await store.row(550)).toMatchObject({
      runtime: 139,
      revenue: 3_000_000_000,
      cast: ENRICHED.cast,
      crew: ENRICHED.crew,
      keywords: ['dual identity'],
      similar_movie_ids: [680, 807],
      trailer_key: 'dfeUzm6KF4g',
      enriched_at: `${AT_T1}+00:00`,
    });
  });

  it('takes their lists and the trailer as the whole truth', async () => {
    await store.movies.storeEnriched([ENRICHED], T1);
    const bare = {
      ...ENRICHED,
      cast: [],
      crew: [],
      keywords: [],
      similarMovieIds: [],
      trailerKey: null,
      genres: [],
    };
    await store.movies.storeEnriched([bare], T2);
    expect(await store.row(550)).toMatchObject({
      cast: [],
      crew: [],
      keywords: [],
      similar_movie_ids: [],
      trailer_key: null,
      genres: [],
      updated_at: AT_T2,
    });
  });

  it('never erases single values with null or 0', async () => {
    await store.movies.storeEnriched([ENRICHED], T1);
    const unknown = { runtime: 0, budget: 0, revenue: null, tagline: null, status: null, imdbId: null };
    await store.movies.storeEnriched([{ ...ENRICHED, ...unknown }], T2);
    expect(await store.row(550)).toMatchObject({
      runtime: 139,
      budget: 63_000_000,
      revenue: 3_000_000_000,
      tagline: 'Mischief. Mayhem. Soap.',
      status: 'Released',
      imdb_id: 'tt0137523',
    });
  });

  it('moves updated_at only when something changed that it stands for', async () => {
    await store.movies.storeEnriched([ENRICHED], T1);
    await store.movies.storeEnriched([{ ...ENRICHED, similarMovieIds: [1] }], T2);
    const row = await store.row(550);
    expect(row).toMatchObject({ updated_at: AT_T1, enriched_at: `${AT_T2}+00:00`, similar_movie_ids: [1] });
  });
});

describe('which films are due', () => {
  const now = new Date('2026-09-30T00:00:00Z');

  async function enrich(
    id: number,
    releaseDate: string | null,
    daysAgo: number,
    popularity = 1,
  ): Promise<void> {
    const at = new Date(now.getTime() - daysAgo * DAY_MS);
    await store.movies.storeEnriched([{ ...ENRICHED, id, releaseDate, popularity }], at);
  }

  it.each([
    ['2026-12-24', 5, false],
    ['2026-12-24', 7, true],
    ['2026-08-15', 7, true],
    ['2026-07-01', 13, false],
    ['2026-07-01', 15, true],
    ['2024-07-01', 44, false],
    ['2024-07-01', 46, true],
    ['1999-10-15', 119, false],
    ['1999-10-15', 121, true],
    [null, 119, false],
  ])('of %s, enriched %i days ago: %s', async (releaseDate, daysAgo, isDue) => {
    await enrich(1, releaseDate, daysAgo);
    const { due, fresh } = await store.movies.dueAmong([1], { limit: 10, now, incremental: true });
    expect([due, fresh]).toEqual(isDue ? [[1], 0] : [[], 1]);
    expect(await store.movies.dueStored({ limit: 10, now })).toEqual(isDue ? [1] : []);
  });

  it('starts with those never enriched, then the most popular', async () => {
    await enrich(1, '1999-10-15', 130, 99);
    await enrich(2, '1999-10-15', 130, 100);
    await store.movies.storeListed([{ ...LISTED, id: 3, popularity: 5 }], now);
    await store.movies.storeListed([{ ...LISTED, id: 4, popularity: null }], now);
    await store.movies.storeListed([{ ...LISTED, id: 5, popularity: 50 }], now);
    const { due } = await store.movies.dueAmong([1, 2, 3, 4, 5], { limit: 10, now, incremental: true });
    expect(due).toEqual([5, 3, 4, 2, 1]);
    expect(await store.movies.dueStored({ limit: 4, now })).toEqual([5, 3, 4, 2]);
    expect(await store.movies.dueStored({ limit: 2, now })).toEqual([5, 3]);
  });

  it('is every one that was collected when the run is not incremental', async () => {
    await enrich(1, '1999-10-15', 0);
    const { due, fresh } = await store.movies.dueAmong([1], { limit: 10, now, incremental: false });
    expect([due, fresh]).toEqual([[1], 0]);
  });

  it('is none that TMDB does not know, until four months later', async () => {
    await store.movies.storeListed([LISTED], now);
    await store.movies.markGone([550], now);
    expect(await store.movies.dueStored({ limit: 10, now: new Date(now.getTime() + 100 * DAY_MS) })).toEqual(
      [],
    );
    expect(await store.movies.dueStored({ limit: 10, now: new Date(now.getTime() + 121 * DAY_MS) })).toEqual([
      550,
    ]);
  });

  it('is one that failed: at once after the first time, then ever more rarely', async () => {
    await store.movies.storeListed([LISTED], now);
    const isDueAfter = async (hours: number): Promise<boolean> => {
      const later = new Date(now.getTime() + hours * 3_600_000);
      return (await store.movies.dueStored({ limit: 1, now: later })).length > 0;
    };
    const waits: number[] = [];
    for (let failures = 1; failures <= 13; failures++) {
      await store.movies.markFailed([550], now);
      let hours = 0;
      while (!(await isDueAfter(hours))) hours = hours === 0 ? 1 : hours * 2;
      waits.push(hours);
    }
    expect(waits).toEqual([0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1_024, 1_024]);
    expect(await isDueAfter(30 * 24)).toBe(true);
    await store.movies.storeEnriched([ENRICHED], now);
    expect(await store.row(550)).toMatchObject({ enrich_failures: 0, enrich_retry_at: null });
  });

  it('is listed once it failed twice in a row, those with the most failures first, until it is enriched', async () => {
    await store.movies.storeListed(
      [1, 2, 3, 4].map((id) => ({ ...LISTED, id })),
      now,
    );
    for (const ids of [[1, 2, 3, 4], [2, 3, 4], [3], [4]]) await store.movies.markFailed(ids, now);
    const ids = async (limit = 100): Promise<number[]> =>
      (await store.movies.failing(limit)).map(({ id }) => id);
    expect(await ids()).toEqual([3, 4, 2]);
    expect(await ids(1)).toEqual([3]);
    expect((await store.movies.failing(1))[0]).toEqual({
      ...{ id: 3, title: 'Fight Club', failures: 3, goneAt: null },
      ...{ triedAt: now, retryAt: new Date(now.getTime() + 2 * 3_600_000) },
    });
    expect(await store.movies.countFailing()).toBe(3);
    await store.movies.storeEnriched([{ ...ENRICHED, id: 3 }], now);
    expect(await ids()).toEqual([4, 2]);
  });

  it('is found among many by an index of those that fail alone', async () => {
    await store.query(`
      INSERT INTO movies (id, title, enrich_failures) SELECT n, 'A film', CASE WHEN n % 1000 = 0 THEN 3 ELSE n % 2 END
      FROM generate_series(1, 20000) AS n;
      ANALYZE movies`);
    for (const sql of [FAILING.replace('$1', '20'), COUNT_FAILING]) {
      const plan = await store.query(`EXPLAIN ${sql}`);
      expect(JSON.stringify(plan)).toContain('movies_failing_idx');
    }
  });

  it('names those that TMDB’s terms will not let stay much longer', async () => {
    await enrich(1, '1999-10-15', 149);
    await enrich(2, '1999-10-15', 151);
    await enrich(3, '1999-10-15', 170);
    expect(await store.movies.overdue(now)).toEqual([3, 2]);
  });
});
