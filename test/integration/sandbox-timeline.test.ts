import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { Sandbox } from '../../src/sandbox/sandbox.js';

const DAY_MS = 86_400_000;
const KEY = '0'.repeat(32);
const MONDAY = Date.parse('2026-03-02T00:00:00Z');
const DATES = ['2026-03-02', '2026-03-03', '2026-03-04'] as const;

let sandbox: Sandbox;
let ids: number[];

beforeEach(async () => {
  sandbox = await Sandbox.start({ movies: 50, people: 1, today: at(0) });
  ids = sandbox.movieIds(0, 50);
  sandbox.advanceTo(at(0.25));
});
afterEach(() => sandbox.stop());

/** A time after Monday's begin, in days. */
function at(days: number): Date {
  return new Date(MONDAY + days * DAY_MS);
}

async function get(path: string): Promise<Record<string, unknown>> {
  const response = await fetch(`${sandbox.url}${path}${path.includes('?') ? '&' : '?'}api_key=${KEY}`);
  return (await response.json()) as Record<string, unknown>;
}

async function feedOf(start: string, end: string): Promise<(number | null)[]> {
  const { results } = await get(`/movie/changes?start_date=${start}&end_date=${end}`);
  return (results as { id: number | null }[]).map(({ id }) => id).filter((id) => id === null || id < 1_000);
}

it('a movie that changes at the sandbox has other details and is named by the feed of its day', async () => {
  const before = await get(`/movie/${ids[3]!}`);
  sandbox.timeline.let('change', ids[3]!);
  expect(await get(`/movie/${ids[3]!}`)).not.toEqual(before);
  expect(await feedOf(DATES[0], DATES[1])).toEqual([null, ids[3]]);
  sandbox.advanceTo(at(1.25));
  expect(await feedOf(DATES[1], DATES[2])).toEqual([null]);
});

it('movies of the sandbox vanish, come back, turn adult and change unannounced on demand', async () => {
  sandbox.timeline.let('deletion', ids[0]!);
  expect(await get(`/movie/${ids[0]!}`)).toMatchObject({ status_code: 34 });
  sandbox.timeline.let('return', ids[0]!);
  sandbox.timeline.let('adult', ids[1]!);
  sandbox.timeline.let('silent change', ids[2]!);
  expect(await get(`/movie/${ids[0]!}`)).toMatchObject({ id: ids[0], adult: false });
  expect(await get(`/movie/${ids[1]!}`)).toMatchObject({ id: ids[1], adult: true });
  expect((await feedOf(DATES[0], DATES[1])).toSorted()).toEqual([ids[0], ids[1], null].toSorted());
});

it('the sandbox caches the feed of given dates for a day', async () => {
  expect(await feedOf(DATES[0], DATES[1])).toEqual([null]);
  sandbox.timeline.let('change', ids[3]!);
  sandbox.advanceTo(at(1.2));
  expect(await feedOf(DATES[0], DATES[1])).toEqual([null]);
  sandbox.advanceTo(at(1.25));
  expect(await feedOf(DATES[0], DATES[1])).toEqual([null, ids[3]]);
});

it("the sandbox's feed of a day that has not begun is an empty page", async () => {
  expect(await get('/movie/changes?start_date=2026-03-03&end_date=2026-03-04')).toEqual({
    ...{ page: 1, results: [], total_pages: 0, total_results: 0 },
  });
});

it('what happens to the movies of a sandbox follows from the seed and the rates', async () => {
  const rates = { changes: 5, deletions: 0.5, returns: 0.2, adults: 0.1 };
  sandbox.advanceTo(at(30), rates);
  const other = await Sandbox.start({ movies: 50, people: 1, today: at(0) });
  other.advanceTo(at(0.25), rates);
  // In other steps.
  for (let day = 1; day <= 30; day++) other.advanceTo(at(day));
  await other.stop();
  expect([...other.timeline.changedAt]).toEqual([...sandbox.timeline.changedAt]);
  expect([...other.timeline.removed]).toEqual([...sandbox.timeline.removed]);
  expect(sandbox.timeline.changedAt.size).toBeGreaterThan(40);
  expect(sandbox.timeline.removed.size).toBeGreaterThan(3);
});
