import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { openMoviesStore, type MoviesStore } from '../support/movies-store.js';

const T1 = new Date('2026-09-01T12:00:00Z');
const T2 = new Date('2026-09-02T12:00:00Z');

let store: MoviesStore;

beforeAll(async () => {
  store = await openMoviesStore();
});
afterAll(() => store.close());
beforeEach(() => store.query('TRUNCATE movies CASCADE'));

describe('a list', () => {
  beforeEach(() =>
    store.query(`INSERT INTO movies (id, title) SELECT id, 'Movie ' || id FROM generate_series(1, 3) AS id`),
  );

  async function list(): Promise<unknown[]> {
    const rows = await store.query<{ entry: string }>(
      `SELECT movie_id || '@' || position AS entry FROM movie_categories WHERE category = 'popular' ORDER BY position`,
    );
    return rows.map(({ entry }) => entry);
  }

  function seen(...ids: number[]): { movieId: number; position: number }[] {
    return ids.map((movieId, index) => ({ movieId, position: index + 1 }));
  }

  it('stores the latest position of each movie without writing the movie', async () => {
    const before = await store.rowVersion(1);
    await store.lists.storeEntries('popular', seen(1, 2, 3), T1);
    await store.lists.storeEntries('popular', seen(3, 1), T2);
    expect((await list()).sort()).toEqual(['1@2', '2@2', '3@1']);
    expect(await store.rowVersion(1)).toEqual(before);
    expect(await store.lists.lastSeenAt()).toEqual(T2);
  });

  it('loses the movies that are no longer in the part that was read', async () => {
    await store.lists.storeEntries('popular', seen(1, 2, 3), T1);
    await store.lists.storeEntries('popular', seen(1), T2);
    await store.lists.sweep('popular', { seenAt: T2, lastPosition: 2, listEnded: false });
    expect(await list()).toEqual(['1@1', '3@3']);
    await store.lists.sweep('popular', { seenAt: T2, lastPosition: 2, listEnded: true });
    expect(await list()).toEqual(['1@1']);
  });

  it('loses a movie that is no longer in it, although a clock that was ahead has marked it', async () => {
    await store.lists.storeEntries('popular', seen(1, 2), new Date('2999-01-01T00:00:00Z'));
    await store.lists.storeEntries('popular', seen(1), T2);
    await store.lists.sweep('popular', { seenAt: T2, lastPosition: 2, listEnded: true });
    expect(await list()).toEqual(['1@1']);
  });

  it('misses its movies since most of them were last seen, although some were seen later', async () => {
    const later = new Date(T1.getTime() + 3_600_000);
    await store.lists.storeEntries('popular', seen(1, 2, 3), T1);
    await store.lists.storeEntries('popular', seen(3), later);
    expect(await store.lists.missingSince('popular', new Date(later.getTime() + 1))).toEqual(T1);
    expect(await store.lists.missingSince('popular', T1)).toBeNull();
  });

  it('leaves out a movie that is not stored', async () => {
    await store.lists.storeEntries('popular', seen(1, 99), T1);
    expect(await list()).toEqual(['1@1']);
  });
});

describe('the genres', () => {
  it('are inserted once and renamed', async () => {
    await store.lists.storeGenres([
      { id: 18, name: 'Drama' },
      { id: 28, name: 'Action' },
      { id: 18, name: 'Drama' },
    ]);
    await store.lists.storeGenres([{ id: 28, name: 'Adventure' }]);
    expect([...(await store.lists.genreNames())]).toEqual([
      [18, 'Drama'],
      [28, 'Adventure'],
    ]);
  });
});
