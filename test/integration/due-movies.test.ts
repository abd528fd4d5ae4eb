import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { COUNT_FAILING, selectFailing, selectUrgent } from '../../src/movies/sql/due-sql.js';
import { ENRICHED, LISTED } from '../support/movies.js';
import { openMoviesStore, type MoviesStore } from '../support/movies-store.js';

const DAY_MS = 86_400_000;
const now = new Date('2026-09-30T00:00:00Z');

let store: MoviesStore;

beforeAll(async () => {
  store = await openMoviesStore();
});
afterAll(() => store.close());
beforeEach(() => store.query('TRUNCATE movies CASCADE'));

describe('a movie', () => {
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
  ])('released on %s and enriched %i days ago is due: %s', async (releaseDate, daysAgo, isDue) => {
    await enrich(1, releaseDate, daysAgo);
    const { due, fresh } = await store.movies.dueAmong([1], { limit: 10, now, incremental: true });
    expect([due, fresh]).toEqual(isDue ? [[1], 0] : [[], 1]);
    expect(await store.movies.dueStored({ limit: 10, now })).toEqual(isDue ? [1] : []);
  });

  it('of one night falls due over 30 nights by its id, none later than after its interval', async () => {
    const ids = Array.from({ length: 300 }, (_, index) => index + 1);
    const details = ids.map((id) => ({ ...ENRICHED, id, releaseDate: '1999-10-15' }));
    await store.movies.storeEnriched(details, now);
    const dueAfter = async (days: number): Promise<number> =>
      (await store.movies.dueStored({ limit: 300, now: after(days) })).length;
    const nights: number[] = [];
    for (let night = 90; night <= 121; night++) nights.push(await dueAfter(night));
    const added = nights.slice(1).map((count, index) => count - nights[index]!);
    expect([nights[0], Math.max(...added), nights.at(-1)]).toEqual([0, 10, 300]);
    expect(await dueAfter(120.01)).toBe(300);
  });

  it('that a clock far ahead has enriched, tried or not found is due all the same', async () => {
    for (const id of [1, 2, 3]) await enrich(id, '1999-10-15', 130, 10 - id);
    await enrich(1, '1999-10-15', -400);
    const ahead = new Date(now.getTime() + 400 * DAY_MS);
    await store.movies.markFailed([2], ahead);
    await store.movies.markFailed([2], ahead);
    await store.movies.markNotFound([3], ahead);
    expect((await store.movies.dueStored({ limit: 10, now })).toSorted()).toEqual([1, 2, 3]);
    expect(await store.prisma.$queryRaw(store.movies.urgent(now))).toEqual([{ id: 1 }]);
    await store.movies.markNotFound([3], now);
    await store.movies.markNotFound([3], new Date(now.getTime() + 2 * DAY_MS));
    expect(await store.query('SELECT id FROM movies WHERE gone_at IS NOT NULL')).toEqual([{ id: 3 }]);
  });

  it('that was never enriched comes first, then the most popular', async () => {
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

  it('that was collected is always due in a run that is not incremental', async () => {
    await enrich(1, '1999-10-15', 0);
    const { due, fresh } = await store.movies.dueAmong([1], { limit: 10, now, incremental: false });
    expect([due, fresh]).toEqual([[1], 0]);
  });

  function after(days: number): Date {
    return new Date(now.getTime() + days * DAY_MS);
  }

  async function isDue(at: Date): Promise<boolean> {
    return (await store.movies.dueStored({ limit: 10, now: at })).length > 0;
  }

  it('that TMDB does not find is gone only when TMDB does not find it on another day either', async () => {
    await store.movies.storeListed([LISTED], now);
    await store.movies.markNotFound([550], now);
    await store.movies.markNotFound([550], after(0.5));
    expect(await store.row(550)).toMatchObject({ gone_at: null, not_found_at: '2026-09-30T00:00:00+00:00' });
    expect([await isDue(after(1)), await isDue(after(2))]).toEqual([false, true]);
    await store.movies.markNotFound([550], after(2));
    expect(await store.row(550)).toMatchObject({ gone_at: '2026-10-02T00:00:00+00:00' });
  });

  it('that TMDB finds again starts anew: the next time that it is not found is the first', async () => {
    await store.movies.storeListed([LISTED], now);
    await store.movies.markNotFound([550], now);
    await store.movies.storeEnriched([ENRICHED], after(1));
    expect(await store.movies.countFirstNotFound([550])).toBe(1);
    await store.movies.markNotFound([550], after(2));
    expect(await store.row(550)).toMatchObject({ gone_at: null });
    expect(await store.movies.countFirstNotFound([550])).toBe(0);
  });

  it('that is gone is due again 120 days after the last attempt, each time', async () => {
    await store.movies.storeListed([LISTED], now);
    await store.movies.markNotFound([550], after(-1));
    await store.movies.markNotFound([550], now);
    expect([await isDue(after(100)), await isDue(after(121))]).toEqual([false, true]);
    await store.movies.markNotFound([550], after(121));
    expect([await isDue(after(123)), await isDue(after(240)), await isDue(after(242))]).toEqual([
      ...[false, false],
      true,
    ]);
  });

  it('that fails is due at once after the first failure, then after doubling delays up to 30 days', async () => {
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

  it('that failed twice in a row is listed as failing until it is enriched, most failures first', async () => {
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

  it('that is failing is found by the partial index', async () => {
    await store.query(`
    INSERT INTO movies (id, title, enrich_failures) SELECT n, 'A movie', CASE WHEN n % 1000 = 0 THEN 3 ELSE n % 2 END
    FROM generate_series(1, 20000) AS n;
    ANALYZE movies`);
    for (const { text, values } of [selectFailing(20), COUNT_FAILING]) {
      const plan = await store.query(`EXPLAIN ${text}`, values);
      expect(JSON.stringify(plan)).toContain('movies_failing_idx');
    }
  });

  it('that changed or is overdue is found without reading the other movies', async () => {
    await store.query(`
    INSERT INTO movies (id, enriched_at, tmdb_changed_at)
    SELECT n, '2026-09-29Z', CASE WHEN n % 1000 = 0 THEN '2026-09-30Z'::timestamptz WHEN n % 3 = 0 THEN '2026-09-28Z' END
    FROM generate_series(1, 20000) AS n;
    ANALYZE movies`);
    const { text, values } = selectUrgent(now);
    const plan = JSON.stringify(await store.query(`EXPLAIN ${text}`, values));
    expect(plan).toContain('movies_changed');
    expect(plan).not.toContain('Seq Scan');
    expect(await store.query(text, values)).toHaveLength(20);
  });

  it('that an earlier version enriched is incomplete until it is enriched again, the most popular first', async () => {
    for (const id of [1, 2, 3, 4]) await enrich(id, '1999-10-15', 1, id);
    await store.movies.storeListed([{ ...LISTED, id: 5 }], now);
    await store.query('UPDATE movies SET alternative_titles = NULL WHERE id <> 4');
    await store.movies.markFailed([1], now);
    await store.movies.markFailed([1], now);
    expect(await store.movies.incomplete({ limit: 10, now })).toEqual([3, 2]);
    expect(await store.movies.incomplete({ limit: 1, now })).toEqual([3]);
    await enrich(3, '1999-10-15', 0, 3);
    expect(await store.movies.incomplete({ limit: 10, now })).toEqual([2]);
  });

  it('that was enriched more than 150 days ago is overdue, the oldest first', async () => {
    await enrich(1, '1999-10-15', 149);
    await enrich(2, '1999-10-15', 151);
    await enrich(3, '1999-10-15', 170);
    expect(await store.prisma.$queryRaw(store.movies.urgent(now))).toEqual([{ id: 3 }, { id: 2 }]);
  });
});
