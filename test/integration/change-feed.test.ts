import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type ChangeFollower, openChangeFollower } from '../support/change-follower.js';
import { until } from '../support/until.js';

const DAY_MS = 86_400_000;
const MONDAY = Date.parse('2026-03-02T00:00:00Z');

/** A time after Monday's begin, in days. */
function at(days: number): Date {
  return new Date(MONDAY + days * DAY_MS);
}

let follower: ChangeFollower;
let ids: number[];

beforeEach(async () => {
  follower = await openChangeFollower(at(0.5), { movies: 300 });
  ids = follower.sandbox.movieIds(0, 3);
  await follower.storeListed(ids);
  await follower.enrich();
  follower.sandbox.reset();
});
afterEach(() => follower.close());

async function days(): Promise<unknown[]> {
  return follower.query(
    'SELECT day::text, read_at IS NOT NULL AS read, changes FROM tmdb_change_days ORDER BY day',
  );
}

async function errors(): Promise<string[]> {
  const rows = await follower.query<{ code: string }>('SELECT code FROM pipeline_run_errors ORDER BY id');
  return rows.map(({ code }) => code);
}

/** Changes a movie at a time, and returns the movies that are fetched at later times. */
async function fetchedAt(...times: readonly number[]): Promise<number[]> {
  const fetched: number[] = [];
  for (const time of times) {
    follower.advanceTo(at(time));
    await follower.readFeed();
    fetched.push((await follower.enrich()).length);
  }
  return fetched;
}

describe('a stored movie that changes', () => {
  it('is fetched once its day has ended, and once only', async () => {
    follower.advanceTo(at(0.9));
    follower.sandbox.timeline.let('change', ids[0]!);
    expect(await fetchedAt(0.95, 1.1, 1.2, 2.1, 3.1)).toEqual([0, 1, 0, 0, 0]);
  });

  it('is fetched although the feed that TMDB had cached did not name it', async () => {
    follower.advanceTo(at(0.8));
    // Another client lets TMDB cache the day before it has ended.
    const query = `?api_key=${'0'.repeat(32)}&start_date=2026-03-02&end_date=2026-03-03&page=1`;
    await fetch(`${follower.sandbox.url}/movie/changes${query}`);
    follower.advanceTo(at(0.9));
    follower.sandbox.timeline.let('change', ids[0]!);
    expect(await fetchedAt(1.1, 2.1, 3.1)).toEqual([0, 1, 0]);
  });

  it('stays due while its details cannot be fetched, and the days after are read', async () => {
    follower.advanceTo(at(0.9));
    follower.sandbox.timeline.let('change', ids[0]!);
    follower.sandbox.breakDown(`/movie/${ids[0]!}`);
    expect(await fetchedAt(1.1, 2.1)).toEqual([1, 1]);
    follower.sandbox.repair(`/movie/${ids[0]!}`);
    expect(await fetchedAt(3.2, 4.2)).toEqual([1, 0]);
    expect(await days()).toHaveLength(4);
  });

  it('is fetched again if it changed while its details were on the way', async () => {
    const slow = await openChangeFollower(at(0.9), { movies: 300, latencyMs: 500 });
    await slow.storeListed(ids);
    const enriching = slow.enrich();
    await until(() => slow.sandbox.counters().requestsTo.details === 3, {
      deadlineMs: 10_000,
      what: 'the details are requested',
    });
    slow.advanceTo(at(1.1));
    await enriching;
    expect(await slow.query('SELECT DISTINCT enriched_at FROM movies')).toEqual([{ enriched_at: at(0.9) }]);
    slow.sandbox.timeline.let('change', ids[0]!);
    slow.advanceTo(at(2.1));
    await slow.readFeed();
    expect(await slow.enrich()).toEqual([ids[0]]);
    await slow.close();
  });
});

describe('a day of the change feed', () => {
  it('is read when it has ended and a full day later, then no more', async () => {
    await fetchedAt(0.9);
    expect(follower.sandbox.counters().requestsTo.changes).toBe(0);
    await fetchedAt(1.1);
    expect(await days()).toEqual([{ day: '2026-03-02', read: true, changes: 2 }]);
    // Page 1 twice, of each day that is read.
    expect(follower.sandbox.counters().requestsTo.changes).toBe(2);
    await fetchedAt(2.1, 3.1);
    expect(follower.sandbox.counters().requestsTo.changes).toBe(2 + 4 + 4);
  });

  it('is made up for after any interruption', async () => {
    follower.advanceTo(at(20.5));
    follower.sandbox.timeline.let('change', ids[1]!);
    expect(await fetchedAt(40.1)).toEqual([1]);
    expect(await days()).toHaveLength(40);
    expect(await follower.query('SELECT FROM tmdb_change_days WHERE read_at IS NULL')).toEqual([]);
  });

  it('whose page fails is told and read by the next run, with the days after it', async () => {
    follower.sandbox.breakDown('/movie/changes');
    await fetchedAt(1.1);
    expect(await errors()).toEqual(['server_error']);
    expect(await days()).toEqual([{ day: '2026-03-02', read: false, changes: null }]);
    follower.sandbox.repair('/movie/changes');
    await fetchedAt(2.2);
    expect(await days()).toMatchObject([{ read: true }, { read: true }]);
  });

  it('that is empty as a future day is not taken for read until a later day has changes', async () => {
    // A clock of the database that is ahead.
    await follower.query(`INSERT INTO tmdb_change_days (day) VALUES ('2026-03-01')`);
    const ahead = follower.sandbox.timeline;
    follower.advanceTo(at(2.1));
    ahead.advanceTo(at(0.5), { seed: 1, movies: 300, adultMovies: 0, people: 1, today: at(0) });
    await follower.readFeed();
    expect(await errors()).toEqual(['changes_unread']);
    expect(await days()).toEqual([
      { day: '2026-03-01', read: true, changes: 2 },
      { day: '2026-03-02', read: true, changes: 2 },
      { day: '2026-03-03', read: false, changes: null },
    ]);
  });

  it('of many pages is read whole, entries without an id and of unknown movies included', async () => {
    follower.advanceTo(at(0.9));
    follower.sandbox.timeline.let('change', ...follower.sandbox.movieIds(0, 250));
    expect(await fetchedAt(1.1)).toEqual([3]);
    expect(await days()).toMatchObject([{ read: true, changes: 252 }]);
    expect(follower.sandbox.counters().requestsTo.changes).toBe(3 + 1);
  });

  it('is recorded in the catalogue', async () => {
    await follower.query(
      `INSERT INTO catalogue (movie_id, adult, video, popularity, first_seen, last_seen)
       SELECT id, false, false, 1, '2026-03-01', '2026-03-01' FROM movies`,
    );
    follower.advanceTo(at(0.9));
    follower.sandbox.timeline.let('change', ids[1]!);
    await fetchedAt(1.1);
    expect(
      await follower.query('SELECT movie_id, changed_on::text FROM catalogue WHERE changed_on IS NOT NULL'),
    ).toEqual([{ movie_id: ids[1], changed_on: '2026-03-02' }]);
  });
});

describe('feed_missed', () => {
  async function missed(): Promise<number> {
    const [run] = await follower.query<{ feed_missed: number }>('SELECT feed_missed FROM pipeline_runs');
    return run!.feed_missed;
  }

  it('counts a movie that refreshing by age finds changed, and no movie that the feed has named', async () => {
    follower.advanceTo(at(0.9));
    follower.sandbox.timeline.let('change', ids[0]!);
    follower.sandbox.timeline.let('silent change', ids[1]!, ids[2]!);
    await fetchedAt(2.1);
    expect(await missed()).toBe(0);
    await follower.enrich([ids[1]!, ids[2]!]);
    expect(await missed()).toBe(2);
    await follower.enrich([ids[1]!, ids[2]!]);
    expect(await missed()).toBe(2);
  });
});
