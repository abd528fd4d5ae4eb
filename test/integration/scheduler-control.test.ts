import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { RECONCILE_EVERY_MS, TestSchedulers } from '../support/test-schedulers.js';

const HOUR_MS = 3_600_000;

let database: TestDatabase;
let schedulers: TestSchedulers;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());
beforeEach(() => {
  schedulers = new TestSchedulers(database);
});
afterEach(() => schedulers.close());

describe('stopping the scheduler', () => {
  it('a stop takes effect in every process within seconds and survives restarts', async () => {
    const [one, two, three] = await Promise.all([schedulers.start(), schedulers.start(), schedulers.start()]);
    await one.schedules.setRunning(false);
    await schedulers.advance(2 * RECONCILE_EVERY_MS);
    for (const { timers } of [one, two, three]) {
      const active = [...timers.getCronJobs()].filter(([, { isActive }]) => isActive);
      expect(active.map(([name]) => name)).toEqual([]);
    }
    await schedulers.advanceTo('2026-09-01T18:00:00Z');
    await schedulers.end(one);
    await schedulers.end(two);
    const four = await schedulers.start();
    expect(await four.schedules.status()).toMatchObject({
      running: false,
      jobs: [{ nextRun: null }, { nextRun: null }, { nextRun: null }],
    });
    await schedulers.advanceTo('2026-09-02T12:00:00Z');
    expect(await schedulers.fired()).toEqual([]);
  });

  it('a process that read a job before a stop does not fire it after the stop', async () => {
    const { repository, schedules, occurrences } = await schedulers.start({ SCHEDULER_ENABLED: 'false' });
    await repository.read();
    await schedulers.clock.advance(6 * HOUR_MS);
    const job = await schedulers.jobOf('quick_update');
    await schedules.setRunning(false);
    expect(await occurrences.fireDue(job)).toBeNull();
    expect(await schedulers.fired()).toEqual([]);
  });

  it('a process that read a job before a stop does not fire a later occurrence of it', async () => {
    const { repository, schedules, occurrences } = await schedulers.start({ SCHEDULER_ENABLED: 'false' });
    await repository.read();
    const job = await schedulers.jobOf('quick_update');
    await schedules.setRunning(false);
    await schedulers.clock.advance(6 * HOUR_MS);
    expect(await occurrences.fireDue(job)).toBeNull();
  });

  it('occurrences that fall while the scheduler is stopped are skipped', async () => {
    const { schedules, timers } = await schedulers.start();
    await schedules.setRunning(false);
    await schedulers.advanceTo('2026-09-02T03:30:00Z');
    await schedules.setRunning(true);
    await schedules.setRunning(true);
    await schedulers.advance(2 * RECONCILE_EVERY_MS);
    expect(await schedulers.fired()).toEqual([]);
    expect(timers.getCronJob('daily_update').isActive).toBe(true);
    await schedulers.advanceTo('2026-09-02T06:00:00Z');
    expect(await schedulers.firedTimes()).toEqual(['quick_update 09-02 06:00']);
  });
});

describe('changing a job', () => {
  it('a changed schedule takes effect in every process within seconds', async () => {
    const [one, two] = await Promise.all([schedulers.start(), schedulers.start()]);
    const changed = await one.schedules.change('daily_update', {
      cron: '0 20 * * *',
      timezone: 'Europe/Paris',
    });
    expect(changed).toMatchObject({
      cron: '0 20 * * *',
      timezone: 'Europe/Paris',
      enabled: true,
      nextRun: new Date('2026-09-01T18:00:00Z'),
    });
    await schedulers.advance(2 * RECONCILE_EVERY_MS);
    for (const { timers } of [one, two]) {
      expect(timers.getCronJob('daily_update').cronTime).toMatchObject({
        source: '0 20 * * *',
        timeZone: 'Europe/Paris',
      });
    }
    await schedulers.advanceTo('2026-09-01T18:00:00Z');
    expect(await schedulers.firedTimes()).toEqual(['daily_update 09-01 18:00', 'quick_update 09-01 18:00']);
  });

  it('a changed schedule makes no earlier occurrence due', async () => {
    const { schedules } = await schedulers.start();
    await schedules.change('daily_update', { cron: '0 12 * * *' });
    await schedules.change('quick_update', { timezone: 'America/New_York' });
    await schedulers.advance(HOUR_MS);
    expect(await schedulers.fired()).toEqual([]);
    expect((await schedules.overview()).jobs[1]!.nextRun).toEqual(new Date('2026-09-02T12:00:00Z'));
  });

  it('a change to the same values keeps a due occurrence due', async () => {
    const { schedules, occurrences } = await schedulers.start({ SCHEDULER_ENABLED: 'false' });
    await schedules.overview();
    await schedulers.clock.advance(6 * HOUR_MS);
    await schedules.change('quick_update', { cron: '0 */6 * * *', enabled: true });
    expect(await occurrences.fire('quick_update')).toBe(1);
  });

  it('occurrences that fall while a job is disabled are skipped, and other jobs go on firing', async () => {
    const { schedules, timers } = await schedulers.start();
    await schedules.change('daily_update', { enabled: false });
    await schedulers.advanceTo('2026-09-02T00:00:00Z');
    await schedulers.advanceTo('2026-09-02T03:30:00Z');
    expect(timers.getCronJob('daily_update').isActive).toBe(false);
    expect(await schedulers.firedTimes()).toEqual(['quick_update 09-02 00:00']);
    await schedules.change('daily_update', { enabled: true });
    await schedulers.advanceTo('2026-09-02T05:00:00Z');
    expect(await schedulers.firedTimes()).toEqual(['quick_update 09-02 00:00']);
  });

  it('a process that read a job before it was disabled does not fire a later occurrence of it', async () => {
    const { repository, schedules, occurrences } = await schedulers.start({ SCHEDULER_ENABLED: 'false' });
    await repository.read();
    const job = await schedulers.jobOf('quick_update');
    await schedules.change('quick_update', { enabled: false });
    await schedulers.clock.advance(6 * HOUR_MS);
    expect(await occurrences.fireDue(job)).toBeNull();
  });

  it('a process that read a job before a change does not fire it by the old schedule', async () => {
    const { repository, schedules, occurrences } = await schedulers.start({ SCHEDULER_ENABLED: 'false' });
    await repository.read();
    await schedulers.clock.advance(6 * HOUR_MS);
    const job = await schedulers.jobOf('quick_update');
    await schedules.change('quick_update', { cron: '0 */12 * * *' });
    expect(await occurrences.fireDue(job)).toBeNull();
  });
});
