import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { startTestApp, type TestApp } from '../support/test-app.js';

let service: TestApp;

beforeAll(async () => {
  service = await startTestApp({ ROLES: 'api' });
});
afterAll(() => service.close());

it('a run that waits for a worker appears in the status and blocks a second run', async () => {
  const { body } = await service.post('/pipeline/run');
  const { run_id: id } = body as { run_id: number };
  expect((await service.get('/pipeline/status')).body).toMatchObject({
    is_running: true,
    last_run: { id, status: 'QUEUED' },
    current_run: { run_id: id, status: 'QUEUED', stage: 'queued' },
  });
  expect((await service.post('/pipeline/run')).status).toBe(409);
});
