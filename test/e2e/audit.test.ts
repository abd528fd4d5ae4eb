import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { RunRetention } from '../../src/runs/run-retention.repository.js';
import { UsersService } from '../../src/auth/users/users.service.js';
import { runCommand } from '../support/command-line.js';
import { startTestApp, type TestApp } from '../support/test-app.js';

const PASSWORD = 'correct horse battery';
const SECRET = 'only-for-tests-0f7c2e9a4b6d8135e1';

interface Entry {
  readonly id: number;
  readonly at: string;
  readonly action: string;
  readonly actor: string | null;
  readonly address: string | null;
  readonly details: Readonly<Record<string, unknown>>;
}

let service: TestApp;
let token: string;

beforeAll(async () => {
  service = await startTestApp({ TRUST_PROXY: 'loopback', ROLES: 'api' });
  const users = service.app.get(UsersService);
  await users.add('root', PASSWORD, 'admin');
  await users.add('guest', PASSWORD, 'viewer');
  token = await users.token('root', 600);
});

afterAll(async () => {
  await service.close();
});

function call(method: 'get' | 'post' | 'patch', path: string, body?: object, as = token): request.Test {
  return request(service.url)
    [method](path)
    .set({ authorization: `Bearer ${as}`, 'x-forwarded-for': '198.51.100.7' })
    .send(body);
}

async function audit(query = ''): Promise<{ entries: Entry[]; next: string | undefined }> {
  const response = await call('get', `/auth/audit${query}`).expect(200);
  const next = /<(.*)>; rel="next"/.exec(response.headers.link ?? '')?.[1];
  return { entries: response.body as Entry[], next };
}

describe('GET /auth/audit', () => {
  it('lists triggers, cancellations and changes of schedules with user and address, newest first', async () => {
    const triggered = await call('post', '/pipeline/run', { update_type: 'quick' }).expect(202);
    const { run_id: runId } = triggered.body as { run_id: number };
    await call('post', `/pipeline/runs/${runId}/cancel`).expect(202);
    await call('post', '/pipeline/scheduler/stop').expect(200);
    await call('post', '/pipeline/scheduler/stop').expect(200);
    await call('post', '/pipeline/scheduler/start').expect(200);
    await call('patch', '/pipeline/scheduler/jobs/daily_update', { enabled: false }).expect(200);
    const { entries } = await audit('?limit=5');
    const who = { actor: 'root', address: '198.51.100.7', id: expect.any(Number), at: expect.any(String) };
    expect(entries).toEqual([
      { ...who, action: 'scheduler.job_changed', details: { job: 'daily_update', enabled: false } },
      { ...who, action: 'scheduler.started', details: {} },
      { ...who, action: 'scheduler.stopped', details: {} },
      { ...who, action: 'run.cancelled', details: { runId } },
      { ...who, action: 'run.triggered', details: { runId, updateType: 'quick' } },
    ]);
  });

  it('changes of users by a command are listed with the user of the operating system, without secrets', async () => {
    const env = { DATABASE_URL: service.database.url, JWT_SECRET: SECRET };
    await runCommand(['user', 'add', 'ann'], { env, input: `${PASSWORD}\n` });
    await runCommand(['user', 'revoke', 'ann'], { env });
    await runCommand(['user', 'remove', 'ann'], { env });
    const printed = await runCommand(['audit', '--limit', '3'], { env });
    expect(printed.stdout).toMatch(
      /user\.removed +os:.*\n.*user\.revoked +os:.*\n.*user\.added +os:.* role=viewer user=ann/,
    );
    const { entries } = await audit('?limit=3');
    expect(entries.map(({ action, address }) => [action, address])).toEqual([
      ['user.removed', null],
      ['user.revoked', null],
      ['user.added', null],
    ]);
    expect(JSON.stringify(entries)).not.toContain(PASSWORD);
  });

  it('the pages of the Link header list every record once, and logins are not among them', async () => {
    await request(service.url).post('/auth/login').send({ username: 'root', password: PASSWORD }).expect(200);
    const { entries: all } = await audit('?limit=100');
    const paged: Entry[] = [];
    for (let path: string | undefined = '/auth/audit?limit=2'; path !== undefined;) {
      const page = await audit(path.slice('/auth/audit'.length));
      paged.push(...page.entries);
      path = page.next;
    }
    expect(paged).toEqual(all);
    expect(all.map(({ action }) => action)).not.toContainEqual(expect.stringMatching(/^log/));
  });

  it('only admins may read it', async () => {
    const guest = await service.app.get(UsersService).token('guest', 600);
    await call('get', '/auth/audit', undefined, guest).expect(403);
    await request(service.url).get('/auth/audit').expect(401);
  });

  it('records older than RUN_RETENTION_DAYS are deleted after a run', async () => {
    const [oldest] = await service.database.query<{ id: string }>(
      `UPDATE pipeline_audit SET at = now() - interval '366 days' WHERE id = (SELECT min(id) FROM pipeline_audit) RETURNING id`,
    );
    await service.app.get(RunRetention).trim();
    const { entries } = await audit('?limit=100');
    expect(entries.length).toBeGreaterThan(3);
    expect(entries.map(({ id }) => id)).not.toContain(Number(oldest!.id));
  });
});
