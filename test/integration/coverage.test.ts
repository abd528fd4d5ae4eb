import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { CoverageRepository } from '../../src/movies/coverage.repository.js';
import { ENRICHED, LISTED } from '../support/movies.js';
import { type MoviesStore, openMoviesStore } from '../support/movies-store.js';

const NOW = new Date('2026-09-01T12:00:00Z');
const daysAgo = (days: number): Date => new Date(NOW.getTime() - days * 86_400_000);

let store: MoviesStore;

beforeAll(async () => {
  store = await openMoviesStore();
});

afterAll(() => store.close());

it('the coverage counts movies by the age of their details, and lists without entries as missing', async () => {
  for (const [id, days] of [
    [1, 0],
    [2, 6.9],
    [3, 7],
    [4, 30],
    [5, 179],
    [6, 180],
    [7, 400],
  ] as const) {
    await store.movies.storeEnriched([{ ...ENRICHED, id, keywords: id === 1 ? ['a'] : [] }], daysAgo(days));
  }
  await store.movies.storeListed(
    [
      { ...LISTED, id: 8 },
      { ...LISTED, id: 9, title: null },
    ],
    NOW,
  );
  await store.query('UPDATE movies SET gone_at = now() WHERE id = 9');
  await store.query('UPDATE movies SET enrich_failures = 2 WHERE id = 8');

  const { columns, ...counts } = await new CoverageRepository(store.prisma).read(NOW);

  expect(counts).toEqual({
    stored: 9,
    enriched: 7,
    neverEnriched: 1,
    gone: 1,
    failing: 1,
    byAge: [
      { upToDays: 7, movies: 2 },
      { upToDays: 30, movies: 1 },
      { upToDays: 90, movies: 1 },
      { upToDays: 180, movies: 1 },
      { upToDays: null, movies: 2 },
    ],
  });
  const filled = (name: string): number | undefined => columns.find((column) => column.name === name)?.filled;
  expect([filled('title'), filled('cast'), filled('keywords')]).toEqual([8, 7, 1]);
});
