import { describe, expect, it } from '@jest/globals';
import type { JobId } from '../config/app-config.js';
import { dueOccurrence, overdueJobs, type ScheduledJob } from './due-occurrence.js';
import { Timetable } from './timetable.js';

function job(id: JobId, cron: string, given: Partial<ScheduledJob> = {}): ScheduledJob {
  return {
    id,
    timetable: new Timetable(cron, 'UTC'),
    enabled: true,
    active: true,
    dueAfter: new Date('2026-01-01T00:00:00Z'),
    lastRunId: null,
    ...given,
  };
}

const DAILY = job('daily_update', '0 3 * * *');
const THREE = new Date('2026-09-01T03:00:00Z');

describe('the due occurrence of a job', () => {
  it('an occurrence is due from its exact time on', () => {
    expect(dueOccurrence(DAILY, THREE)).toEqual({ at: THREE, lateSeconds: 0 });
    expect(
      dueOccurrence({ ...DAILY, dueAfter: new Date('2026-08-31T03:00:00Z') }, new Date(+THREE - 1)),
    ).toBeNull();
  });

  it.each([
    ['quick_update', '0 */6 * * *', 3, '2026-09-06T00:00:00Z'],
    ['daily_update', '0 3 * * *', 12, '2026-09-06T03:00:00Z'],
    ['weekly_enrichment', '0 2 * * 0', 48, '2026-09-06T02:00:00Z'],
  ] as const)('a missed occurrence of %s stays due for its grace period', (id, cron, hours, time) => {
    const at = new Date(time);
    const end = new Date(+at + hours * 3_600_000);
    expect(dueOccurrence(job(id, cron), end)).toEqual({ at, lateSeconds: hours * 3_600 });
    expect(dueOccurrence(job(id, cron), new Date(+end + 1))).toBeNull();
  });

  it('of several missed occurrences only the last one is due', () => {
    const hourly = job('daily_update', '0 * * * *');
    expect(dueOccurrence(hourly, new Date('2026-09-01T09:00:30Z'))).toEqual({
      at: new Date('2026-09-01T09:00:00Z'),
      lateSeconds: 30,
    });
  });

  it('an occurrence that has fired, or that precedes a change of the schedule, is not due', () => {
    expect(dueOccurrence({ ...DAILY, dueAfter: THREE }, new Date('2026-09-01T04:00:00Z'))).toBeNull();
    expect(
      dueOccurrence(
        { ...DAILY, dueAfter: new Date('2026-09-01T03:30:00Z') },
        new Date('2026-09-01T04:00:00Z'),
      ),
    ).toBeNull();
  });

  it('an inactive job has no due occurrence', () => {
    expect(dueOccurrence({ ...DAILY, active: false }, THREE)).toBeNull();
  });

  it('a job is overdue when its occurrence has been due for five minutes', () => {
    expect(overdueJobs([DAILY], new Date('2026-09-01T03:04:59Z'))).toEqual([]);
    expect(overdueJobs([DAILY], new Date('2026-09-01T03:05:00Z'))).toEqual(['daily_update']);
  });
});
