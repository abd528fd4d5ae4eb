import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { OBEYED_MS, TestSchedulers } from '../support/test-schedulers.js';

const HOUR = 3_600_000;

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

describe('schedules', () => {
  it('put a run in the queue when their time comes, and say which', async () => {
    const { schedules } = await schedulers.start();
    await schedulers.passUntil('2026-09-01T18:00:00Z');
    expect(await schedulers.fired()).toEqual([{ job: 'quick_update', slot: '09-01 18:00', late: 0, run: 1 }]);
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

  it('fire by their timers too', async () => {
    const { timers } = await schedulers.start();
    expect([...timers.getCronJobs().keys()]).toEqual(['quick_update', 'daily_update', 'weekly_enrichment']);
    const timer = timers.getCronJob('weekly_enrichment');
    expect(timer).toMatchObject({ isActive: true, cronTime: { source: '0 2 * * 0', timeZone: 'UTC' } });
    // The keeper sleeps for two more seconds, so it is not the one to see that the time has come.
    await database.query(
      `UPDATE scheduler_jobs SET cron = '30 12 * * *', changed_at = changed_at - interval '1 day'`,
    );
    await database.query(`UPDATE scheduler_state SET changed_at = changed_at - interval '1 day'`);
    await timer.fireOnTick();
    await schedulers.until(async () => (await schedulers.fired()).length > 0);
    expect(await schedulers.firedSlots()).toEqual(['weekly_enrichment 09-01 12:30']);
  });

  it('join a run of their kind that still waits', async () => {
    await schedulers.start();
    await schedulers.passUntil('2026-09-02T00:00:00Z');
    await schedulers.passUntil('2026-09-02T06:00:00Z');
    expect(
      (await schedulers.fired()).filter(({ job }) => job === 'quick_update').map(({ run }) => run),
    ).toEqual([1, 1]);
    await database.query(`UPDATE pipeline_runs SET status = 'SUCCESS'`);
    await schedulers.passUntil('2026-09-02T12:00:00Z');
    expect((await schedulers.fired()).at(-1)).toMatchObject({ job: 'quick_update', run: 3 });
  });

  it('take the environment at the first start, and from then on what is stored', async () => {
    const first = await schedulers.start({
      DAILY_UPDATE_CRON: '15 4 * * *',
      SCHEDULER_TIMEZONE: 'Europe/Paris',
    });
    const daily = { id: 'daily_update', cron: '15 4 * * *', timezone: 'Europe/Paris' };
    expect((await first.schedules.jobs())[1]).toMatchObject(daily);
    const second = await schedulers.start({ DAILY_UPDATE_CRON: '0 5 * * *' });
    expect((await second.schedules.jobs())[1]).toMatchObject(daily);
  });

  it('forget slots of a year ago', async () => {
    await schedulers.start();
    await database.query(
      `INSERT INTO scheduler_occurrences (job_id, occurs_at, fired_at, late_seconds)
       SELECT 'quick_update', at, at, 0 FROM unnest('{2025-08-31 00:00Z, 2025-09-30 00:00Z}'::timestamptz[]) AS at`,
    );
    await schedulers.passUntil('2026-09-01T18:00:00Z');
    expect(await schedulers.firedSlots()).toEqual(['quick_update 09-30 00:00', 'quick_update 09-01 18:00']);
  });

  it('are not fired by a process that is told not to', async () => {
    const { timers } = await schedulers.start({ SCHEDULER_ENABLED: 'false' });
    await schedulers.clock.advance(12 * HOUR);
    expect([...timers.getCronJobs().values()].map(({ isActive }) => isActive)).toEqual([false, false, false]);
    expect(schedulers.clock.asleep).toBe(0);
    expect(await schedulers.fired()).toEqual([]);
  });
});

describe('a slot that was missed', () => {
  it('while every process was down is caught up once, and says that it is late', async () => {
    await schedulers.end(await schedulers.start());
    await schedulers.clock.advance(Date.parse('2026-09-02T05:00:00Z') - schedulers.clock.now().getTime());
    await Promise.all([schedulers.start(), schedulers.start(), schedulers.start()]);
    // 18:00 and 0:00 of the quick one are past their three hours.
    expect(await schedulers.fired()).toEqual([
      { job: 'daily_update', slot: '09-02 03:00', late: 7_200, run: 1 },
    ]);
    expect(await database.query('SELECT update_type, late_seconds FROM pipeline_runs')).toEqual([
      { update_type: 'daily', late_seconds: 7_200 },
    ]);
    await schedulers.pass(60_000);
    expect(await schedulers.fired()).toHaveLength(1);
  });

  it('while the database was away is fired when it is back', async () => {
    const { schedules } = await schedulers.start();
    await database.query(`ALTER TABLE scheduler_jobs RENAME TO away`);
    await schedulers.passUntil('2026-09-01T18:10:00Z');
    await database.query(`ALTER TABLE away RENAME TO scheduler_jobs`);
    await database.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`,
    );
    await schedulers.pass(2 * OBEYED_MS);
    await schedulers.pass(2 * OBEYED_MS);
    expect(await schedulers.firedSlots()).toEqual(['quick_update 09-01 18:00']);
    expect((await schedulers.fired())[0]!.late).toBeGreaterThanOrEqual(600);
    expect((await schedules.status()).running).toBe(true);
  });

  it('stays due when its run could not be queued', async () => {
    const { repository, slots } = await schedulers.start({ SCHEDULER_ENABLED: 'false' });
    await repository.read();
    await schedulers.clock.advance(6 * HOUR);
    const quick = await schedulers.jobOf('quick_update');
    const at = new Date('2026-09-01T18:00:00Z');
    const failing = repository.fire(quick, { at, lateSeconds: 0 }, () =>
      Promise.reject(new Error('no queue')),
    );
    await expect(failing).rejects.toThrow('no queue');
    expect(await schedulers.fired()).toEqual([]);
    expect(await slots.fire('quick_update')).toBe(1);
  });
});

describe('the health of the scheduler', () => {
  it('says that a slot is overdue when no process fires it', async () => {
    const { health, schedules } = await schedulers.start({ SCHEDULER_ENABLED: 'false' });
    expect(await health.fault()).toBeNull();
    await schedulers.clock.advance(6 * HOUR);
    expect(await health.fault()).toContain('Overdue: quick_update.');
    await schedules.setRunning(false);
    expect(await health.fault()).toBeNull();
  });

  it('says that the process can not read the schedules', async () => {
    const { health } = await schedulers.start();
    await schedulers.pass(2 * OBEYED_MS);
    expect(await health.fault()).toBeNull();
    await database.query(`ALTER TABLE scheduler_jobs RENAME TO away`);
    await schedulers.pass(60_000);
    await schedulers.pass(60_000);
    expect(await health.fault()).toContain('has not been able to read the schedules');
    await database.query(`ALTER TABLE away RENAME TO scheduler_jobs`);
  });
});
