import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { JOB_IDS, type JobId } from '../../src/config/app-config.js';
import { loadConfig } from '../../src/config/load-config.js';
import { dueOccurrence, type ScheduledJob } from '../../src/scheduler/due-occurrence.js';
import { Timetable } from '../../src/scheduler/timetable.js';
import { FakeClock } from '../support/fake-clock.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

/** Shorter than any grace period and no divisor of an hour, so that occurrences are found on time and late. */
const STEP_MS = 139 * 60_000;

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase('empty');
});

afterAll(async () => {
  await database.drop();
});

interface Firing {
  readonly id: JobId;
  readonly at: Date;
}

/** What the default schedules in a time zone fire within a period. */
async function simulate(timezone: string, from: string, to: string): Promise<Firing[]> {
  const clock = new FakeClock(new Date(from));
  const { firstSchedules } = loadConfig({ SCHEDULER_TIMEZONE: timezone }, { tmdbKey: false }).scheduler;
  const jobs = new Map<JobId, ScheduledJob>();
  for (const id of JOB_IDS) {
    const schedule = firstSchedules[id];
    if (schedule === undefined) continue;
    const timetable = new Timetable(schedule.cron, schedule.timezone);
    const dueAfter = clock.now();
    jobs.set(id, { id, timetable, enabled: true, active: true, dueAfter, lastRunId: null });
  }
  const firings: Firing[] = [];
  while (clock.now() < new Date(to)) {
    await clock.advance(STEP_MS);
    for (const job of jobs.values()) {
      const occurrence = dueOccurrence(job, clock.now());
      if (occurrence === null) continue;
      firings.push({ id: job.id, at: occurrence.at });
      jobs.set(job.id, { ...job, dueAfter: occurrence.at });
    }
  }
  return firings.filter(({ at }) => at < new Date(to));
}

/** How often each job fired at each local time of day. PostgreSQL computes the local time, as an independent source. */
async function countByTimeOfDay(
  firings: readonly Firing[],
  timezone: string,
): Promise<Record<string, number>> {
  const rows = await database.query<{ key: string; count: number }>(
    `SELECT id || ' ' || to_char(at AT TIME ZONE $3, 'HH24:MI') AS key, count(*)::int AS count
       FROM unnest($1::text[], $2::timestamptz[]) AS firing (id, at) GROUP BY key`,
    [firings.map(({ id }) => id), firings.map(({ at }) => at.toISOString()), timezone],
  );
  return Object.fromEntries(rows.map(({ key, count }) => [key, count]));
}

/** 2026 has 365 days, 52 of them Sundays. */
const EVERY_DAY = {
  'quick_update 00:00': 365,
  'quick_update 06:00': 365,
  'quick_update 12:00': 365,
  'quick_update 18:00': 365,
  'daily_update 03:00': 365,
};

jest.setTimeout(180_000);

describe('a year of the default schedules', () => {
  it('a year in UTC has 1,460 quick, 365 daily and 52 weekly occurrences', async () => {
    const firings = await simulate('UTC', '2025-12-31T23:59:00Z', '2027-01-01T00:00:00Z');
    expect(await countByTimeOfDay(firings, 'UTC')).toEqual({ ...EVERY_DAY, 'weekly_enrichment 02:00': 52 });
  });

  // On one Sunday the clocks go forward from 2:00 to 3:00, on another one back from 2:00 to 1:00.
  it('a year in New York has as many occurrences, one of them at 3:00 on the day without a 2:00', async () => {
    const firings = await simulate('America/New_York', '2026-01-01T04:59:00Z', '2027-01-01T05:00:00Z');
    expect(await countByTimeOfDay(firings, 'America/New_York')).toEqual({
      ...EVERY_DAY,
      'weekly_enrichment 02:00': 51,
      'weekly_enrichment 03:00': 1,
    });
  });

  // The clocks go back from 3:00 to 2:00, so that 2:00 comes twice on a Sunday.
  it('a year in Paris has as many occurrences, although 2:00 comes twice on one Sunday', async () => {
    const firings = await simulate('Europe/Paris', '2025-12-31T22:59:00Z', '2026-12-31T23:00:00Z');
    expect(await countByTimeOfDay(firings, 'Europe/Paris')).toEqual({
      ...EVERY_DAY,
      'weekly_enrichment 02:00': 51,
      'weekly_enrichment 03:00': 1,
    });
  });
});
