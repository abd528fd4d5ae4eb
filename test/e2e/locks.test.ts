import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { until } from '../support/until.js';

let service: TestApp;
let other: Client;

beforeAll(async () => {
  service = await startTestApp();
  other = new Client({ connectionString: service.database.url, application_name: 'somebody else' });
  await other.connect();
});

afterAll(async () => {
  await other.end();
  await service.close();
});

async function whileLocked<T>(table: string, action: (pid: number) => Promise<T>): Promise<T> {
  await other.query('BEGIN');
  await other.query(`LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`);
  const { rows } = await other.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  try {
    return await action(rows[0]!.pid);
  } finally {
    await other.query('ROLLBACK');
  }
}

interface Status {
  readonly current_run: {
    readonly waiting: { readonly for: string; readonly message: string } | null;
  } | null;
}

describe('another session that holds locks', () => {
  it('an answer does not wait for a locked table longer than five seconds, and is 503', async () => {
    const requests = ['/pipeline/status', '/pipeline/runs', '/pipeline/runs/1'];
    const answers = await whileLocked('pipeline_runs', () =>
      Promise.all(requests.map((path) => service.get(path, 503))),
    );
    for (const { headers, body } of answers) {
      expect(headers['retry-after']).toBe('5');
      expect(body).toMatchObject({ status: 503, detail: expect.stringContaining('locks its tables') });
    }
    await service.get('/pipeline/status');
  });

  it('a run waits for a locked table, says which session holds it, and goes on afterwards', async () => {
    const id = await whileLocked('movies', async (pid) => {
      const { body } = await service.post('/pipeline/run', { update_type: 'quick' });
      const wait = async (): Promise<Status['current_run']> =>
        ((await service.get('/pipeline/status')).body as Status).current_run;
      let message = '';
      await until(
        async () => {
          const waiting = (await wait())?.waiting ?? null;
          message = waiting?.message ?? '';
          return waiting?.for === 'locked';
        },
        { deadlineMs: 30_000, what: 'the run reports that it waits for a lock' },
      );
      expect(message).toContain(`session ${pid} of PostgreSQL`);
      return (body as { run_id: number }).run_id;
    });
    expect(await service.end(id)).toMatchObject({ status: 'SUCCESS' });
  });

  it('advisory locks that anybody can take stop no request and no run', async () => {
    await other.query(
      `SELECT pg_advisory_lock(hashtextextended('movie-pipeline migrations in public', 0)), pg_advisory_lock(key)
       FROM generate_series(-100, 100) AS key`,
    );
    const { body } = await service.post('/pipeline/run', { update_type: 'quick' });
    expect(await service.end((body as { run_id: number }).run_id)).toMatchObject({ status: 'SUCCESS' });
    await other.query('SELECT pg_advisory_unlock_all()');
  });
});
