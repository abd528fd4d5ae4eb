import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { JobId } from '../../src/config/app-config.js';
import type { ScheduledJob } from '../../src/scheduler/due-slot.js';
import { FakeClock } from '../support/fake-clock.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { startTestScheduler, type TestScheduler } from '../support/test-scheduler.js';

const HOUR = 3_600_000;
/** Within this every process obeys. */
const SECONDS = 2_000;
/** Three hours before the next slot of any job. */
const NOON = new Date('2026-09-01T12:30:00Z');

let database: TestDatabase;
let clock: FakeClock;
let processes: TestScheduler[];

beforeAll(async () => {
  database = await createTestDatabase();
});

afterAll(async () => {
  await database.drop();
});

beforeEach(() => {
  clock = new FakeClock(NOON);
  processes = [];
});

afterEach(async () => {
  for (const process of processes) await process.close();
  await database.query(
    'TRUNCATE scheduler_slots, scheduler_state, scheduler_jobs, pipeline_runs RESTART IDENTITY CASCADE',
  );
});

/** One more process, once it has looked at the schedules. */
async function start(env: Record<string, string> = {}): Promise<TestScheduler> {
  const started = await startTestScheduler(database, clock, env);
  processes.push(started);
  if (env.SCHEDULER_ENABLED !== 'false') await allAsleep();
  return started;
}

async function end(process: TestScheduler): Promise<void> {
  processes = processes.filter((other) => other !== process);
  await process.close();
}

/** Until every process has looked, and waits to look again. */
async function allAsleep(): Promise<void> {
  await until(() => clock.asleep === processes.length);
}

async function until(isTrue: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isTrue())) await sleep(2);
}

async function pass(ms: number): Promise<void> {
  await clock.advance(ms - SECONDS);
  await allAsleep();
  await clock.advance(SECONDS);
  await allAsleep();
}

async function passUntil(iso: string): Promise<void> {
  await pass(Date.parse(iso) - clock.now().getTime());
}

interface SlotRow {
  readonly job: string;
  readonly slot: string;
  readonly late: number;
  readonly run: number | null;
}

async function fired(): Promise<SlotRow[]> {
  return database.query<SlotRow>(
    `SELECT job_id AS job, to_char(slot_at AT TIME ZONE 'UTC', 'MM-DD HH24:MI') AS slot, late_seconds AS late, run_id AS run
       FROM scheduler_slots ORDER BY slot_at, job_id`,
  );
}

async function firedSlots(): Promise<string[]> {
  return (await fired()).map(({ job, slot }) => `${job} ${slot}`);
}

async function jobOf(process: TestScheduler, id: JobId): Promise<ScheduledJob> {
  const { jobs } = await process.repository.read();
  return jobs.find((job) => job.id === id)!;
}

describe('schedules', () => {
  it('put a run in the queue when their time comes, and say which', async () => {
    const { schedules } = await start();
    await passUntil('2026-09-01T18:00:00Z');
    expect(await fired()).toEqual([{ job: 'quick_update', slot: '09-01 18:00', late: 0, run: 1 }]);
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
    const { timers } = await start();
    expect([...timers.getCronJobs().keys()]).toEqual(['quick_update', 'daily_update', 'weekly_enrichment']);
    const timer = timers.getCronJob('weekly_enrichment');
    expect(timer).toMatchObject({ isActive: true, cronTime: { source: '0 2 * * 0', timeZone: 'UTC' } });
    // The keeper sleeps for two more seconds, so it is not the one to see that the time has come.
    await database.query(
      `UPDATE scheduler_jobs SET cron = '30 12 * * *', changed_at = changed_at - interval '1 day'`,
    );
    await database.query(`UPDATE scheduler_state SET changed_at = changed_at - interval '1 day'`);
    await timer.fireOnTick();
    await until(async () => (await fired()).length > 0);
    expect(await firedSlots()).toEqual(['weekly_enrichment 09-01 12:30']);
  });

  it('join a run of their kind that still waits', async () => {
    await start();
    await passUntil('2026-09-02T00:00:00Z');
    await passUntil('2026-09-02T06:00:00Z');
    expect((await fired()).filter(({ job }) => job === 'quick_update').map(({ run }) => run)).toEqual([1, 1]);
    await database.query(`UPDATE pipeline_runs SET status = 'SUCCESS'`);
    await passUntil('2026-09-02T12:00:00Z');
    expect((await fired()).at(-1)).toMatchObject({ job: 'quick_update', run: 3 });
  });

  it('take the environment at the first start, and from then on what is stored', async () => {
    const first = await start({ DAILY_UPDATE_CRON: '15 4 * * *', SCHEDULER_TIMEZONE: 'Europe/Paris' });
    const daily = { id: 'daily_update', cron: '15 4 * * *', timezone: 'Europe/Paris' };
    expect((await first.schedules.jobs())[1]).toMatchObject(daily);
    const second = await start({ DAILY_UPDATE_CRON: '0 5 * * *' });
    expect((await second.schedules.jobs())[1]).toMatchObject(daily);
  });

  it('forget slots of a year ago', async () => {
    await start();
    await database.query(
      `INSERT INTO scheduler_slots (job_id, slot_at, fired_at, late_seconds)
       SELECT 'quick_update', at, at, 0 FROM unnest('{2025-08-31 00:00Z, 2025-09-30 00:00Z}'::timestamptz[]) AS at`,
    );
    await passUntil('2026-09-01T18:00:00Z');
    expect(await firedSlots()).toEqual(['quick_update 09-30 00:00', 'quick_update 09-01 18:00']);
  });

  it('are not fired by a process that is told not to', async () => {
    const { timers } = await start({ SCHEDULER_ENABLED: 'false' });
    await clock.advance(12 * HOUR);
    expect([...timers.getCronJobs().values()].map(({ isActive }) => isActive)).toEqual([false, false, false]);
    expect(clock.asleep).toBe(0);
    expect(await fired()).toEqual([]);
  });
});

describe('a slot that was missed', () => {
  it('while every process was down is caught up once, and says that it is late', async () => {
    await end(await start());
    await clock.advance(Date.parse('2026-09-02T05:00:00Z') - clock.now().getTime());
    await Promise.all([start(), start(), start()]);
    // 18:00 and 0:00 of the quick one are past their three hours.
    expect(await fired()).toEqual([{ job: 'daily_update', slot: '09-02 03:00', late: 7_200, run: 1 }]);
    expect(await database.query('SELECT update_type, late_seconds FROM pipeline_runs')).toEqual([
      { update_type: 'daily', late_seconds: 7_200 },
    ]);
    await pass(60_000);
    expect(await fired()).toHaveLength(1);
  });

  it('while the database was away is fired when it is back', async () => {
    const { schedules } = await start();
    await database.query(`ALTER TABLE scheduler_jobs RENAME TO away`);
    await passUntil('2026-09-01T18:10:00Z');
    await database.query(`ALTER TABLE away RENAME TO scheduler_jobs`);
    await database.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`,
    );
    await pass(2 * SECONDS);
    await pass(2 * SECONDS);
    expect(await firedSlots()).toEqual(['quick_update 09-01 18:00']);
    expect((await fired())[0]!.late).toBeGreaterThanOrEqual(600);
    expect((await schedules.status()).running).toBe(true);
  });

  it('stays due when its run could not be queued', async () => {
    const { repository, slots } = await start({ SCHEDULER_ENABLED: 'false' });
    await repository.read();
    await clock.advance(6 * HOUR);
    const quick = await jobOf(processes[0]!, 'quick_update');
    const at = new Date('2026-09-01T18:00:00Z');
    const failing = repository.fire(quick, { at, lateSeconds: 0 }, () =>
      Promise.reject(new Error('no queue')),
    );
    await expect(failing).rejects.toThrow('no queue');
    expect(await fired()).toEqual([]);
    expect(await slots.fire('quick_update')).toBe(1);
  });
});

describe('stopping', () => {
  it('is obeyed by every process within seconds, and outlives them', async () => {
    const [one, two, three] = await Promise.all([start(), start(), start()]);
    await one.schedules.setRunning(false);
    await pass(2 * SECONDS);
    for (const { timers } of [one, two, three]) {
      expect([...timers.getCronJobs().values()].map(({ isActive }) => isActive)).toEqual([
        false,
        false,
        false,
      ]);
    }
    await passUntil('2026-09-01T18:00:00Z');
    await end(one);
    await end(two);
    const four = await start();
    expect(await four.schedules.status()).toMatchObject({
      running: false,
      jobs: [{ nextRun: null }, { nextRun: null }, { nextRun: null }],
    });
    await passUntil('2026-09-02T12:00:00Z');
    expect(await fired()).toEqual([]);
  });

  it('holds at once for a process that has not heard of it', async () => {
    const { repository, schedules, slots } = await start({ SCHEDULER_ENABLED: 'false' });
    await repository.read();
    await clock.advance(6 * HOUR);
    const unaware = await jobOf(processes[0]!, 'quick_update');
    await schedules.setRunning(false);
    expect(await slots.fireDue(unaware)).toBeNull();
    expect(await fired()).toEqual([]);
  });

  it('lets what passes meanwhile be past', async () => {
    const { schedules, timers } = await start();
    await schedules.setRunning(false);
    await passUntil('2026-09-02T03:30:00Z');
    await schedules.setRunning(true);
    await schedules.setRunning(true);
    await pass(2 * SECONDS);
    expect(await fired()).toEqual([]);
    expect(timers.getCronJob('daily_update').isActive).toBe(true);
    await passUntil('2026-09-02T06:00:00Z');
    expect(await firedSlots()).toEqual(['quick_update 09-02 06:00']);
  });
});

describe('changing a job', () => {
  it('is obeyed by every process within seconds', async () => {
    const [one, two] = await Promise.all([start(), start()]);
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
    await pass(2 * SECONDS);
    for (const { timers } of [one, two]) {
      expect(timers.getCronJob('daily_update').cronTime).toMatchObject({
        source: '0 20 * * *',
        timeZone: 'Europe/Paris',
      });
    }
    await passUntil('2026-09-01T18:00:00Z');
    expect(await firedSlots()).toEqual(['daily_update 09-01 18:00', 'quick_update 09-01 18:00']);
  });

  it('makes no older slot due', async () => {
    const { schedules } = await start();
    await schedules.change('daily_update', { cron: '0 12 * * *' });
    await schedules.change('quick_update', { timezone: 'America/New_York' });
    await pass(HOUR);
    expect(await fired()).toEqual([]);
    expect((await schedules.jobs())[1]!.nextRun).toEqual(new Date('2026-09-02T12:00:00Z'));
  });

  it('loses no slot that is due when it changes nothing', async () => {
    const { schedules, slots } = await start({ SCHEDULER_ENABLED: 'false' });
    await schedules.jobs();
    await clock.advance(6 * HOUR);
    await schedules.change('quick_update', { cron: '0 */6 * * *', enabled: true });
    expect(await slots.fire('quick_update')).toBe(1);
  });

  it('to disabled leaves the others, and what passes meanwhile is past', async () => {
    const { schedules, timers } = await start();
    await schedules.change('daily_update', { enabled: false });
    await passUntil('2026-09-02T00:00:00Z');
    await passUntil('2026-09-02T03:30:00Z');
    expect(timers.getCronJob('daily_update').isActive).toBe(false);
    expect(await firedSlots()).toEqual(['quick_update 09-02 00:00']);
    await schedules.change('daily_update', { enabled: true });
    await passUntil('2026-09-02T05:00:00Z');
    expect(await firedSlots()).toEqual(['quick_update 09-02 00:00']);
  });

  it('holds at once for a process that has not heard of it', async () => {
    const { repository, schedules, slots } = await start({ SCHEDULER_ENABLED: 'false' });
    await repository.read();
    await clock.advance(6 * HOUR);
    const unaware = await jobOf(processes[0]!, 'quick_update');
    await schedules.change('quick_update', { cron: '0 */12 * * *' });
    expect(await slots.fireDue(unaware)).toBeNull();
  });
});

describe('the health of the scheduler', () => {
  it('says that a slot is overdue when no process fires it', async () => {
    const { health, schedules } = await start({ SCHEDULER_ENABLED: 'false' });
    expect(await health.fault()).toBeNull();
    await clock.advance(6 * HOUR);
    expect(await health.fault()).toContain('Overdue: quick_update.');
    await schedules.setRunning(false);
    expect(await health.fault()).toBeNull();
  });

  it('says that the process can not read the schedules', async () => {
    const { health } = await start();
    await pass(2 * SECONDS);
    expect(await health.fault()).toBeNull();
    await database.query(`ALTER TABLE scheduler_jobs RENAME TO away`);
    await pass(60_000);
    await pass(60_000);
    expect(await health.fault()).toContain('has not been able to read the schedules');
    await database.query(`ALTER TABLE away RENAME TO scheduler_jobs`);
  });
});
