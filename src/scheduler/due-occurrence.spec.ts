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

describe('the slot that is due', () => {
  it('is the one of this moment, on time', () => {
    expect(dueOccurrence(DAILY, THREE)).toEqual({ at: THREE, lateSeconds: 0 });
    expect(
      dueOccurrence({ ...DAILY, dueAfter: new Date('2026-08-31T03:00:00Z') }, new Date(+THREE - 1)),
    ).toBeNull();
  });

  it.each([
    ['quick_update', '0 */6 * * *', 3, '2026-09-06T00:00:00Z'],
    ['daily_update', '0 3 * * *', 12, '2026-09-06T03:00:00Z'],
    ['weekly_enrichment', '0 2 * * 0', 48, '2026-09-06T02:00:00Z'],
  ] as const)('of %s may be caught up for its grace and not longer', (id, cron, hours, slot) => {
    const at = new Date(slot);
    const end = new Date(+at + hours * 3_600_000);
    expect(dueOccurrence(job(id, cron), end)).toEqual({ at, lateSeconds: hours * 3_600 });
    expect(dueOccurrence(job(id, cron), new Date(+end + 1))).toBeNull();
  });

  it('is the last one, when several were missed', () => {
    const hourly = job('daily_update', '0 * * * *');
    expect(dueOccurrence(hourly, new Date('2026-09-01T09:00:30Z'))).toEqual({
      at: new Date('2026-09-01T09:00:00Z'),
      lateSeconds: 30,
    });
  });

  it('is none when it fired already, or when the schedule changed since', () => {
    expect(dueOccurrence({ ...DAILY, dueAfter: THREE }, new Date('2026-09-01T04:00:00Z'))).toBeNull();
    expect(
      dueOccurrence(
        { ...DAILY, dueAfter: new Date('2026-09-01T03:30:00Z') },
        new Date('2026-09-01T04:00:00Z'),
      ),
    ).toBeNull();
  });

  it('is none while the job does not fire', () => {
    expect(dueOccurrence({ ...DAILY, active: false }, THREE)).toBeNull();
  });

  it('is overdue when nobody has fired it for five minutes', () => {
    expect(overdueJobs([DAILY], new Date('2026-09-01T03:04:59Z'))).toEqual([]);
    expect(overdueJobs([DAILY], new Date('2026-09-01T03:05:00Z'))).toEqual(['daily_update']);
  });
});
