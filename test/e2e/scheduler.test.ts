import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { randomPassword, UsersService } from '../../src/auth/users/users.service.js';
import { passTime } from '../support/pass-time.js';
import { startTestApp, type TestApp } from '../support/test-app.js';

const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:00\.000Z$/;

let service: TestApp;
let admin: string;
let viewer: string;

beforeAll(async () => {
  service = await startTestApp();
  const users = service.app.get(UsersService);
  await users.add('boss', randomPassword(), 'admin');
  await users.add('guest', randomPassword(), 'viewer');
  [admin, viewer] = await Promise.all([users.token('boss', 600), users.token('guest', 600)]);
});

afterAll(async () => {
  await service.close();
});

type Method = 'get' | 'post' | 'patch';

async function ask(
  method: Method,
  path: string,
  { token = admin, body }: { token?: string | null; body?: object | string } = {},
): Promise<{ status: number; body: Record<string, unknown> }> {
  const call = request(service.url)[method](`/pipeline/scheduler/${path}`);
  if (token !== null) void call.set('Authorization', `Bearer ${token}`);
  const answer = await (body === undefined ? call : call.type('json').send(body));
  return { status: answer.status, body: answer.body as Record<string, unknown> };
}

describe('the scheduler', () => {
  it('the scheduler has three jobs, each with its next run', async () => {
    expect(await ask('get', 'status')).toEqual({
      status: 200,
      body: {
        scheduler_running: true,
        total_jobs: 3,
        jobs: [
          {
            id: 'quick_update',
            name: 'Quick Update (Popular + Trending)',
            next_run: expect.stringMatching(ISO),
            next_runs: Array.from({ length: 5 }, () => expect.stringMatching(ISO)),
            trigger: '0 */6 * * *',
            cron: '0 */6 * * *',
            timezone: 'UTC',
            enabled: true,
            last_run: null,
          },
          expect.objectContaining({
            id: 'daily_update',
            name: 'Daily Update (All Categories)',
            trigger: '0 3 * * *',
          }),
          expect.objectContaining({
            id: 'weekly_enrichment',
            name: 'Weekly Enrichment (Full Data)',
            trigger: '0 2 * * 0',
          }),
        ],
      },
    });
  });

  it('the public pipeline status lists the scheduled jobs with the fields of v3', async () => {
    const { body } = (await service.get('/pipeline/status')) as { body: { scheduled_jobs: object[] } };
    expect(body).toMatchObject({ scheduler_running: true });
    expect(body.scheduled_jobs).toHaveLength(3);
    expect(body.scheduled_jobs[1]).toEqual({
      id: 'daily_update',
      name: 'Daily Update (All Categories)',
      next_run: expect.stringMatching(/T03:00:00\.000Z$/),
      next_runs: Array.from({ length: 5 }, () => expect.stringMatching(/T03:00:00\.000Z$/)),
      trigger: '0 3 * * *',
      timezone: 'UTC',
      enabled: true,
    });
  });

  it('a preview lists the next five occurrences of a schedule, and stores nothing', async () => {
    const { status, body } = await ask('get', 'preview?cron=30%204%20*%20*%20*&timezone=Asia/Tokyo', {
      token: viewer,
    });
    expect(status).toBe(200);
    const times = (body as { next_runs: string[] }).next_runs.map((at) => Date.parse(at));
    expect(times.map((ms) => new Date(ms).toISOString().slice(11))).toEqual(Array(5).fill('19:30:00.000Z'));
    expect(times.slice(1).map((ms, index) => ms - times[index]!)).toEqual(Array(4).fill(86_400_000));
    const { body: after } = await ask('get', 'status');
    expect(JSON.stringify(after)).not.toContain('Asia/Tokyo');
  });

  it('a preview without a time zone is in UTC', async () => {
    const { body } = await ask('get', 'preview?cron=0%203%20*%20*%20*');
    expect((body as { next_runs: string[] }).next_runs[0]).toMatch(/T03:00:00\.000Z$/);
  });

  it.each([
    ['preview', /cron: it must be a string/],
    ['preview?cron=0%203%2031%202%20*', /cron: it never fires/],
    ['preview?cron=0%203%20*%20*%20*&timezone=Mars/Base', /timezone must be a time zone/],
    ['preview?cron=0%203%20*%20*%20*&enabled=true', /property enabled should not exist/],
  ])('%s is refused with the reason that a change would be refused with', async (path, reason) => {
    const { status, body } = await ask('get', path);
    expect([status, body.detail]).toEqual([400, expect.stringMatching(reason)]);
  });

  it('a preview requires a token', async () => {
    expect((await ask('get', 'preview?cron=0%203%20*%20*%20*', { token: null })).status).toBe(401);
  });

  it('stopping or starting the scheduler twice has the same result as doing it once', async () => {
    for (let time = 1; time <= 2; time++) {
      expect(await ask('post', 'stop')).toEqual({
        status: 200,
        body: { message: 'The schedules are stopped.', scheduler_running: false },
      });
    }
    const { body } = await ask('get', 'status');
    expect(body).toMatchObject({
      scheduler_running: false,
      jobs: [{ next_run: null }, { next_run: null }, { next_run: null }],
    });
    for (let time = 1; time <= 2; time++) {
      expect(await ask('post', 'start')).toEqual({
        status: 200,
        body: { message: 'The schedules are running.', scheduler_running: true },
      });
    }
  });
});

describe('changing a job', () => {
  it('the cron, the time zone and the enabled state of a job can be changed', async () => {
    const changed = await ask('patch', 'jobs/daily_update', {
      body: { cron: ' 30  4 * * MON ', timezone: 'Asia/Tokyo', enabled: false },
    });
    expect(changed).toMatchObject({
      status: 200,
      body: {
        id: 'daily_update',
        trigger: '30 4 * * MON',
        cron: '30 4 * * MON',
        timezone: 'Asia/Tokyo',
        enabled: false,
        next_run: null,
      },
    });
    const { body } = await ask('patch', 'jobs/daily_update', { body: { enabled: true } });
    expect(body).toMatchObject({ trigger: '30 4 * * MON', timezone: 'Asia/Tokyo', enabled: true });
    // 4:30 on a Monday in Tokyo.
    expect(new Date(String(body.next_run)).getUTCDay()).toBe(0);
    expect(body.next_run).toMatch(/T19:30:00\.000Z$/);
  });

  it.each([
    ['a cron that never fires', { cron: '0 0 31 2 *' }, 'cron: it never fires'],
    ['a cron with an uneven step', { cron: '0 */72 * * *' }, 'cron: "*/72" in the hour fires at 0 only'],
    ['a cron with seconds', { cron: '0 0 3 * * *' }, 'cron: it must have five fields'],
    ['a number as the cron', { cron: 7 }, 'cron: it must be a string'],
    ['null as the cron', { cron: null }, 'cron: it must be a string'],
    ['a very long cron', { cron: '*,'.repeat(10_000) }, 'more than 100 characters'],
    ['NUL in the cron', { cron: '0 3 * * \0' }, 'NUL'],
    ['an unknown time zone', { timezone: 'Mars/Olympus' }, 'timezone must be a time zone'],
    ['an array as the time zone', { timezone: ['UTC'] }, 'timezone must be a time zone'],
    ['a string for enabled', { enabled: 'false' }, 'enabled must be a boolean'],
    ['an unknown field', { crontab: '0 3 * * *' }, 'property crontab should not exist'],
    ['no body', undefined, 'set cron, timezone or enabled'],
    ['an empty object', {}, 'set cron, timezone or enabled'],
    ['an array', [], ''],
    ['broken JSON', '{"cron"', ''],
  ])('a change with %s is refused with the reason and changes nothing', async (_, body, detail) => {
    const before = await ask('get', 'status');
    const answer = await ask('patch', 'jobs/quick_update', body === undefined ? {} : { body });
    expect(answer).toMatchObject({ status: 400, body: { detail: expect.stringContaining(detail) } });
    expect(await ask('get', 'status')).toEqual(before);
  });

  it('changing an unknown job is answered with 404 and the ids of all jobs', async () => {
    const answer = await ask('patch', 'jobs/hourly', { body: { enabled: false } });
    expect(answer).toMatchObject({
      status: 404,
      body: { detail: 'There is no such job. The jobs are quick_update, daily_update, weekly_enrichment.' },
    });
  });
});

describe('access to the scheduler', () => {
  it.each([
    ['get', 'status', 401, 200],
    ['post', 'start', 401, 403],
    ['post', 'stop', 401, 403],
    ['patch', 'jobs/quick_update', 401, 403],
  ] as const)(
    '%s /pipeline/scheduler/%s answers %d without a token and %d to a viewer',
    async (method, path, withoutToken, asViewer) => {
      expect((await ask(method, path, { token: null })).status).toBe(withoutToken);
      expect((await ask(method, path, { token: viewer })).status).toBe(asViewer);
    },
  );
});

it('the scheduler is healthy while no occurrence is overdue', async () => {
  expect((await service.get('/health/ready')).body).toMatchObject({
    details: { scheduler: { status: 'up' } },
  });
});

it('overdue jobs and unreadable schedules degrade the health without failing it', async () => {
  await service.database.query(`UPDATE scheduler_state SET changed_at = now() - interval '2 days'`);
  await service.database.query(
    `UPDATE scheduler_jobs SET changed_at = now() - interval '2 days', cron = to_char(now() - interval '10 minutes', 'MI HH24 * * *'),
       timezone = 'UTC' WHERE id = 'quick_update'`,
  );
  passTime(service.app, 2_000);
  expect((await service.get('/health/ready')).body).toMatchObject({
    details: { scheduler: { status: 'degraded', message: expect.stringContaining('Overdue: quick_update') } },
  });
  await service.database.query('ALTER TABLE scheduler_jobs RENAME TO away');
  passTime(service.app, 2_000);
  expect((await service.get('/health/ready')).body).toMatchObject({
    details: {
      scheduler: { status: 'degraded', message: 'The schedules cannot be read from the database.' },
    },
  });
});
