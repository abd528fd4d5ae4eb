import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { RECONCILE_EVERY_MS, TestSchedulers } from '../support/test-schedulers.js';
import { until } from '../support/until.js';

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

describe('firing', () => {
  it('an occurrence queues a run at its time and stores the id of the run', async () => {
    const { schedules } = await schedulers.start();
    await schedulers.advanceTo('2026-09-01T18:00:00Z');
    expect(await schedulers.fired()).toEqual([{ job: 'quick_update', at: '09-01 18:00', late: 0, run: 1 }]);
    expect(
      await database.query(
        'SELECT status, update_type, trigger, triggered_by, late_seconds FROM pipeline_runs',
      ),
    ).toEqual([
      { status: 'QUEUED', update_type: 'quick', trigger: 'schedule', triggered_by: null, late_seconds: 0 },
    ]);
    const [quick, daily] = (await schedules.status()).jobs;
    expect(quick).toMatchObject({
      nextRun: new Date('2026-09-02T00:00:00Z'),
      lastRun: { id: 1, status: 'QUEUED', updateType: 'quick' },
    });
    expect(daily).toMatchObject({ nextRun: new Date('2026-09-02T03:00:00Z'), lastRun: null });
  });

  it('jobs fire again after a clock that was ahead by a year has stored times, and has been set right', async () => {
    const { schedules } = await schedulers.start();
    await schedules.setRunning(false);
    await schedules.setRunning(true);
    await database.query(`INSERT INTO scheduler_occurrences (job_id, occurs_at, fired_at, late_seconds)
      VALUES ('quick_update', '2027-10-01', '2027-10-01', 0)`);
    await database.query(`UPDATE scheduler_jobs SET changed_at = '2027-10-01'`);
    await database.query(`UPDATE scheduler_state SET changed_at = '2027-10-01'`);
    await schedulers.advanceTo('2026-09-01T18:00:00Z');
    expect(await schedulers.firedTimes()).toEqual(['quick_update 09-01 18:00']);
  });

  it('a process whose clock differs from the database fires nothing, forgets nothing and is unhealthy', async () => {
    const { health, clockSkew } = await schedulers.start();
    await schedulers.advanceTo('2026-09-01T18:00:00Z');
    clockSkew.fault = () => Promise.resolve('The clock is wrong.');
    await schedulers.advanceTo('2026-09-02T00:00:00Z');
    expect(await schedulers.firedTimes()).toEqual(['quick_update 09-01 18:00']);
    await database.query(`UPDATE scheduler_jobs SET changed_at = '2027-10-01'`);
    await schedulers.advance(RECONCILE_EVERY_MS);
    expect(await database.query(`SELECT FROM scheduler_jobs WHERE changed_at > '2027-01-01'`)).toHaveLength(
      3,
    );
    expect(await health.fault()).toBe('The clock is wrong.');
  });

  it('a timer fires the due occurrence of its job between two reconciliations', async () => {
    const { timers } = await schedulers.start();
    expect([...timers.getCronJobs().keys()]).toEqual([
      ...['quick_update', 'daily_update', 'weekly_enrichment', 'catalogue_sync'],
    ]);
    const timer = timers.getCronJob('weekly_enrichment');
    expect(timer).toMatchObject({ isActive: true, cronTime: { source: '0 2 * * 0', timeZone: 'UTC' } });
    // The reconciler sleeps on the test's clock, so only the timer can fire the occurrence that becomes due here.
    await database.query(
      `UPDATE scheduler_jobs SET cron = '30 12 * * *', changed_at = changed_at - interval '1 day'`,
    );
    await database.query(`UPDATE scheduler_state SET changed_at = changed_at - interval '1 day'`);
    await timer.fireOnTick();
    await until(async () => (await schedulers.fired()).length > 0, {
      deadlineMs: 30_000,
      what: 'the timer has fired an occurrence',
    });
    expect(await schedulers.firedTimes()).toEqual(['weekly_enrichment 09-01 12:30']);
  });

  it('an occurrence shares the run of an earlier one that is still queued', async () => {
    await schedulers.start();
    await schedulers.advanceTo('2026-09-02T00:00:00Z');
    await schedulers.advanceTo('2026-09-02T06:00:00Z');
    expect(
      (await schedulers.fired()).filter(({ job }) => job === 'quick_update').map(({ run }) => run),
    ).toEqual([1, 1]);
    await database.query(`UPDATE pipeline_runs SET status = 'SUCCESS'`);
    await schedulers.advanceTo('2026-09-02T12:00:00Z');
    expect((await schedulers.fired()).at(-1)).toMatchObject({ job: 'quick_update', run: 3 });
  });

  it('the environment seeds the schedules at the first start only', async () => {
    const first = await schedulers.start({
      DAILY_UPDATE_CRON: '15 4 * * *',
      SCHEDULER_TIMEZONE: 'Europe/Paris',
    });
    const daily = { id: 'daily_update', cron: '15 4 * * *', timezone: 'Europe/Paris' };
    expect((await first.schedules.overview()).jobs[1]).toMatchObject(daily);
    const second = await schedulers.start({ DAILY_UPDATE_CRON: '0 5 * * *' });
    expect((await second.schedules.overview()).jobs[1]).toMatchObject(daily);
  });

  it('stored occurrences are deleted after a year', async () => {
    await schedulers.start();
    await database.query(
      `INSERT INTO scheduler_occurrences (job_id, occurs_at, fired_at, late_seconds)
       SELECT 'quick_update', at, at, 0 FROM unnest('{2025-08-31 00:00Z, 2025-09-30 00:00Z}'::timestamptz[]) AS at`,
    );
    await schedulers.advanceTo('2026-09-01T18:00:00Z');
    expect(await schedulers.firedTimes()).toEqual(['quick_update 09-30 00:00', 'quick_update 09-01 18:00']);
  });

  it('a process with SCHEDULER_ENABLED=false fires nothing', async () => {
    const { timers } = await schedulers.start({ SCHEDULER_ENABLED: 'false' });
    await schedulers.clock.advance(12 * HOUR_MS);
    expect([...timers.getCronJobs().values()].some(({ isActive }) => isActive)).toBe(false);
    expect(schedulers.clock.asleep).toBe(0);
    expect(await schedulers.fired()).toEqual([]);
  });
});

describe('missed occurrences', () => {
  it('an occurrence missed while every process was down is fired once, and its run stores how late it is', async () => {
    await schedulers.end(await schedulers.start());
    await schedulers.clock.advance(Date.parse('2026-09-02T05:00:00Z') - schedulers.clock.now().getTime());
    await Promise.all([schedulers.start(), schedulers.start(), schedulers.start()]);
    // The quick updates of 18:00 and 0:00 have exceeded their grace period of three hours.
    expect(await schedulers.fired()).toEqual([
      { job: 'daily_update', at: '09-02 03:00', late: 7_200, run: 1 },
    ]);
    expect(await database.query('SELECT update_type, late_seconds FROM pipeline_runs')).toEqual([
      { update_type: 'daily', late_seconds: 7_200 },
    ]);
    await schedulers.advance(60_000);
    expect(await schedulers.fired()).toHaveLength(1);
  });

  it('an occurrence missed while the database was unavailable is fired when it is back', async () => {
    const { schedules } = await schedulers.start();
    await database.query(`ALTER TABLE scheduler_jobs RENAME TO away`);
    await schedulers.advanceTo('2026-09-01T18:10:00Z');
    await database.query(`ALTER TABLE away RENAME TO scheduler_jobs`);
    await database.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`,
    );
    await schedulers.advance(2 * RECONCILE_EVERY_MS);
    await schedulers.advance(2 * RECONCILE_EVERY_MS);
    expect(await schedulers.firedTimes()).toEqual(['quick_update 09-01 18:00']);
    expect((await schedulers.fired())[0]!.late).toBeGreaterThanOrEqual(600);
    expect((await schedules.status()).running).toBe(true);
  });

  it('an occurrence stays due when its run cannot be queued', async () => {
    const { repository, occurrences } = await schedulers.start({ SCHEDULER_ENABLED: 'false' });
    await repository.read();
    await schedulers.clock.advance(6 * HOUR_MS);
    const quick = await schedulers.jobOf('quick_update');
    const at = new Date('2026-09-01T18:00:00Z');
    const failing = repository.fire(quick, { at, lateSeconds: 0 }, () =>
      Promise.reject(new Error('no queue')),
    );
    await expect(failing).rejects.toThrow('no queue');
    expect(await schedulers.fired()).toEqual([]);
    expect(await occurrences.fire('quick_update')).toBe(1);
  });
});

describe('the health of the scheduler', () => {
  it('the scheduler reports the jobs whose occurrences no process fires, unless it is stopped', async () => {
    const { health, schedules } = await schedulers.start({ SCHEDULER_ENABLED: 'false' });
    expect(await health.fault()).toBeNull();
    await schedulers.clock.advance(6 * HOUR_MS);
    expect(await health.fault()).toContain('Overdue: quick_update.');
    await schedules.setRunning(false);
    expect(await health.fault()).toBeNull();
  });

  it('the scheduler reports that its process cannot read the schedules', async () => {
    const { health } = await schedulers.start();
    await schedulers.advance(2 * RECONCILE_EVERY_MS);
    expect(await health.fault()).toBeNull();
    await database.query(`ALTER TABLE scheduler_jobs RENAME TO away`);
    await schedulers.advance(60_000);
    await schedulers.advance(60_000);
    expect(await health.fault()).toContain('has not been able to read the schedules');
    await database.query(`ALTER TABLE away RENAME TO scheduler_jobs`);
  });
});
