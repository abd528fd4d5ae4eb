import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ENRICHED, LISTED } from '../support/movies.js';
import { type MoviesStore, openMoviesStore } from '../support/movies-store.js';

const DAY_MS = 86_400_000;
const TODAY = '2026-09-30';
const now = new Date(`${TODAY}T03:00:00Z`);

let store: MoviesStore;

beforeAll(async () => {
  store = await openMoviesStore();
});
afterAll(() => store.close());
beforeEach(() => store.query('TRUNCATE movies, catalogue CASCADE'));

function after(days: number): Date {
  return new Date(now.getTime() + days * DAY_MS);
}

/** Stores movies with details of 10 days ago, and what the exports said of them. */
async function addMovies(ids: readonly number[]): Promise<void> {
  await store.movies.storeEnriched(
    ids.map((id) => ({ ...ENRICHED, id, releaseDate: '1999-10-15' })),
    after(-10),
  );
}

async function addToCatalogue(id: number, lastSeen: string, missingSince: string | null): Promise<void> {
  await store.query(`INSERT INTO catalogue VALUES ($1, false, false, 1, '2026-01-01', $2, $3, NULL)`, [
    ...[id, lastSeen, missingSince],
  ]);
}

async function gone(): Promise<number[]> {
  return (await store.movies.gone({ after: 0, since: null, limit: 100 })).map(({ id }) => id);
}

async function due(at = now): Promise<number[]> {
  await store.prisma.$transaction((tx) => store.movies.followExports(tx));
  return (await store.movies.dueStored({ limit: 100, now: at })).toSorted((a, b) => a - b);
}

describe('where the exports are imported, a movie', () => {
  beforeEach(async () => {
    await addMovies([1, 2, 3]);
    await addToCatalogue(1, TODAY, null);
  });

  it('is gone only when two exports do not name it and TMDB does not find it', async () => {
    await addToCatalogue(2, '2026-09-29', TODAY);
    await addToCatalogue(3, '2026-09-28', '2026-09-29');
    await store.movies.markNotFound([1, 2, 3], now);
    expect(await gone()).toEqual([3]);
    await store.movies.markNotFound([1, 2], after(1));
    expect(await gone()).toEqual([3]);
  });

  it('that two exports do not name is requested once, and stays if TMDB has it', async () => {
    await addToCatalogue(2, '2026-09-29', TODAY);
    await addToCatalogue(3, '2026-09-27', '2026-09-28');
    expect(await due()).toEqual([3]);
    await store.movies.storeEnriched([{ ...ENRICHED, id: 3 }], now);
    expect(await due()).toEqual([]);
    expect(await gone()).toEqual([]);
  });

  it('is back when a later export names it', async () => {
    await addToCatalogue(3, '2026-09-28', '2026-09-29');
    await store.movies.markNotFound([3], now);
    await due();
    expect(await gone()).toEqual([3]);
    await store.query(
      `UPDATE catalogue SET last_seen = '2026-10-01', missing_since = NULL WHERE movie_id = 3`,
    );
    await due();
    expect(await gone()).toEqual([]);
  });

  it('is back when a list or the details name it', async () => {
    await addToCatalogue(2, '2026-09-28', '2026-09-29');
    await addToCatalogue(3, '2026-09-28', '2026-09-29');
    await store.movies.markNotFound([2, 3], now);
    expect(await gone()).toEqual([2, 3]);
    await store.movies.storeListed([{ ...LISTED, id: 2 }], after(1));
    await store.movies.storeEnriched([{ ...ENRICHED, id: 3 }], after(1));
    expect(await gone()).toEqual([]);
  });

  it('that no export has named is gone when TMDB does not find it on two days', async () => {
    await store.movies.markNotFound([2], now);
    await store.movies.markNotFound([2], after(1));
    expect(await gone()).toEqual([2]);
  });

  it('is gone by the rule without exports when the last export is older than a week', async () => {
    await store.movies.markNotFound([1], after(8));
    await store.movies.markNotFound([1], after(9));
    expect(await gone()).toEqual([1]);
  });
});

it('a movie that is gone is requested again when the change feed names it', async () => {
  await addMovies([1]);
  await store.movies.markNotFound([1], now);
  await store.movies.markNotFound([1], after(1));
  expect([await due(after(3)), await gone()]).toEqual([[], [1]]);
  await store.movies.markChanged([1], after(2));
  expect(await due(after(3))).toEqual([1]);
});

it('the ids of movies that are gone are paged by id and filtered by time', async () => {
  await addMovies([1, 2, 3, 4]);
  await store.movies.markNotFound([1, 2, 4], now);
  await store.movies.markNotFound([1, 2], after(1));
  await store.movies.markNotFound([4], after(3));
  const page = (cursor: number, since: Date | null, limit: number): Promise<object[]> =>
    store.movies.gone({ after: cursor, since, limit });
  expect(await page(0, null, 2)).toEqual([
    { id: 1, goneAt: after(1) },
    { id: 2, goneAt: after(1) },
  ]);
  expect(await page(2, null, 2)).toEqual([{ id: 4, goneAt: after(3) }]);
  expect(await page(0, after(2), 2)).toEqual([{ id: 4, goneAt: after(3) }]);
});
