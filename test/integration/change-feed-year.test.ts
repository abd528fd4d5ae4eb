import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Dice } from '../../src/sandbox/random.js';
import { type ChangeFollower, openChangeFollower } from '../support/change-follower.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const NEW_YEAR = Date.parse('2026-01-01T00:00:00Z');

const MOVIES = 200;
/** TMDB names 1 % of its movies a day. Deletions are more frequent than TMDB's, so that there are enough. */
const RATES = {
  changes: MOVIES / 100,
  unannounced: 0.02,
  deletions: 0.2,
  returns: 0.1,
  adults: 0.05,
  feedLagMs: 2 * HOUR_MS,
};
const DAYS = 365;
/** The service is down. */
const isDown = (day: number): boolean => day >= 170 && day < 190;
/** The feed fails for a whole run. */
const isFeedBroken = (day: number): boolean => day % 23 === 11 && day < DAYS - 10;

interface Row {
  readonly id: number;
  /** The last request. */
  readonly tried: Date;
  /** Whether the feed has named the movie since its details were requested. */
  readonly named: boolean;
  readonly isNotFound: boolean;
}

let follower: ChangeFollower;

beforeAll(async () => {
  follower = await openChangeFollower(new Date(NEW_YEAR), { movies: MOVIES });
  follower.sandbox.timeline.setRates(RATES);
});
afterAll(() => follower.close());

/** A time of day, in hours. */
function at(day: number, hour: number): Date {
  return new Date(NEW_YEAR + day * DAY_MS + hour * HOUR_MS);
}

async function rows(): Promise<ReadonlyMap<number, Row>> {
  const found = await follower.query<Row>(`
    SELECT id, greatest(enriched_at, enrich_tried_at) AS tried, tmdb_changed_at > enriched_at AS named,
      not_found_at IS NOT NULL AND gone_at IS NULL AS "isNotFound" FROM movies`);
  return new Map(found.map((row) => [row.id, row]));
}

/** Another client requests the feed of the day, so that TMDB caches what it has by then. */
async function letOthersRead(day: number, hour: number): Promise<void> {
  follower.advanceTo(at(day, hour));
  const iso = (time: Date): string => time.toISOString().slice(0, 10);
  const range = `start_date=${iso(at(day, 0))}&end_date=${iso(at(day + 1, 0))}`;
  await fetch(`${follower.sandbox.url}/movie/changes?api_key=${'0'.repeat(32)}&${range}&page=1`);
}

/** Movies that TMDB has, whose last change is more than two days old and newer than their details. */
async function stale(now: Date): Promise<number[]> {
  const { changedAt, removed } = follower.sandbox.timeline;
  const deadline = now.getTime() - 2 * DAY_MS - RATES.feedLagMs;
  return [...(await rows()).values()]
    .filter(({ id, tried }) => {
      const changed = changedAt.get(id) ?? 0;
      return !removed.has(id) && changed > tried.getTime() && changed < deadline;
    })
    .map(({ id }) => id);
}

it('for a year no change is lost, however the feed fails, and hardly any request is in vain', async () => {
  const { sandbox } = follower;
  const { changedAt, removed } = sandbox.timeline;
  const dice = new Dice(5);
  follower.advanceTo(at(0, 3));
  await follower.storeListed(sandbox.movieIds(0, MOVIES));
  await follower.enrich();
  let named = 0;
  let inVain = 0;
  for (let day = 0; day < DAYS; day++) {
    // Quiet in the end, so that what has vanished can be believed.
    if (day === DAYS - 6) sandbox.timeline.setRates({ feedLagMs: RATES.feedLagMs });
    if (dice.chance(0.5)) await letOthersRead(day, dice.int(4, 23));
    const run = day + 1;
    follower.advanceTo(at(run, 3));
    if (isDown(run)) continue;
    if (isFeedBroken(run)) sandbox.breakDown('/movie/changes');
    sandbox.setFaults({ serverError: run % 7 === 3 ? 0.05 : 0 });
    await follower.readFeed();
    sandbox.repair('/movie/changes');
    const before = await rows();
    for (const id of await follower.enrich()) {
      const row = before.get(id)!;
      if (!row.named) continue;
      named += 1;
      // A movie that is not found is requested on a second day.
      if ((changedAt.get(id) ?? 0) <= row.tried.getTime() && !row.isNotFound) inVain += 1;
    }
    const isUndisturbed = ![run, run - 1, run - 2].some((recent) => isFeedBroken(recent) || isDown(recent));
    if (isUndisturbed) expect([run, await stale(at(run, 3))]).toEqual([run, []]);
  }
  expect(await stale(at(DAYS + 3, 3))).toEqual([]);
  expect(named).toBeGreaterThan(500);
  expect(named).toBeLessThanOrEqual(1.05 * (named - inVain));
  const gone = await follower.query<{ id: number }>('SELECT id FROM movies WHERE gone_at IS NOT NULL');
  expect(gone.map(({ id }) => id).toSorted()).toEqual([...removed].toSorted());
  expect(removed.size).toBeGreaterThan(20);
  // Two of its days were too young to be read in the end, and one will be read again.
  const unread = await follower.query(
    `SELECT day::text FROM tmdb_change_days WHERE read_at IS NULL OR read_at < (day + 2)::timestamptz`,
  );
  expect(unread).toHaveLength(1);
  const [run] = await follower.query<{ missed: number }>('SELECT feed_missed AS missed FROM pipeline_runs');
  expect(run!.missed).toBeGreaterThan(0);
}, 300_000);
