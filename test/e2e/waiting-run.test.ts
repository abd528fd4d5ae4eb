import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { startTestApp, type TestApp } from '../support/test-app.js';

let front: TestApp;

beforeAll(async () => {
  front = await startTestApp({ ROLES: 'api' });
});
afterAll(() => front.close());

it('a run that waits for a worker appears in the status, and blocks a second run', async () => {
  const { body } = await front.post('/pipeline/run');
  const { run_id: id } = body as { run_id: number };
  expect((await front.get('/pipeline/status')).body).toMatchObject({
    is_running: true,
    last_run: { id, status: 'QUEUED' },
    current_run: { run_id: id, status: 'QUEUED', stage: 'queued' },
  });
  expect((await front.post('/pipeline/run')).status).toBe(409);
});
