import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Browser, chromium, type Page } from 'playwright-core';
import { UsersService } from '../../src/auth/users/users.service.js';
import { startTestApp, type TestApp } from '../support/test-app.js';

const CHROMIUM = '/usr/bin/chromium';
const FLAGS = [
  ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-quic'],
  ...['--disable-component-update', '--disable-sync', '--no-first-run', '--disable-dev-shm-usage'],
];
const PASSWORD = 'correct horse battery';

// The name of the test reports a missing browser.
const isInstalled = existsSync(CHROMIUM);
const what = isInstalled ? 'in a browser' : `in a browser (skipped: there is no ${CHROMIUM})`;

(isInstalled ? describe : describe.skip)(`Swagger UI ${what}`, () => {
  let service: TestApp;
  let browser: Browser;
  let page: Page;
  const consoleErrors: string[] = [];
  const foreignRequests: string[] = [];

  beforeAll(async () => {
    service = await startTestApp();
    await service.app.get(UsersService).add('root', PASSWORD, 'admin');
    browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
    page = await browser.newPage();
    page.on('console', (message) => {
      if (message.type() === 'error') consoleErrors.push(message.text());
    });
    page.on('pageerror', (error) => consoleErrors.push(error.message));
    page.on('request', (request) => {
      if (!request.url().startsWith(service.url) && !request.url().startsWith('data:'))
        foreignRequests.push(request.url());
    });
  });

  afterAll(async () => {
    await browser.close();
    await service.close();
  });

  /** Opens and executes an operation, and returns the status and the body that the page shows. */
  async function execute(operation: string): Promise<{ status: string; body: unknown }> {
    const block = page.locator(`[id$="-${operation}"]`);
    if (!(await block.locator('.opblock-body').isVisible())) await block.locator('.opblock-summary').click();
    const toggle = block.locator('.try-out__btn');
    await toggle.waitFor();
    if ((await toggle.textContent())?.trim() === 'Try it out') await toggle.click();
    await block.getByRole('button', { name: 'Execute' }).click();
    const live = block.locator('.live-responses-table');
    await live.waitFor();
    const status = (await live.locator('.response-col_status').last().textContent()) ?? '';
    const text = (await live.locator('.highlight-code code').first().textContent()) ?? '';
    return { status: status.trim().slice(0, 3), body: JSON.parse(text) as unknown };
  }

  it('shows every operation, loads nothing from other hosts, and violates no content policy', async () => {
    await page.goto(`${service.url}/docs`);
    await page.locator('.opblock').first().waitFor();
    expect(await page.locator('.opblock').count()).toBeGreaterThan(10);
    expect([consoleErrors, foreignRequests]).toEqual([[], []]);
  });

  it('logs in with the Authorize button, keeps the login over a reload, triggers a quick run, and shows its success', async () => {
    await page.getByRole('button', { name: 'Authorize' }).first().click();
    const form = page.locator('.auth-container', { hasText: 'OAuth2, password' });
    await form.locator('#oauth_username, #password_username').fill('root');
    await form.locator('#oauth_password, #password_password').fill(PASSWORD);
    await form.locator('button.authorize').click();
    await form.locator('button', { hasText: 'Logout' }).waitFor();
    await page.locator('.btn-done').last().click();

    await page.reload();
    await page.locator('.opblock').first().waitFor();

    const { status, body } = await execute('triggerRun');
    expect([status, body]).toEqual([
      '202',
      expect.objectContaining({ status: 'QUEUED', triggered_by: 'root' }),
    ]);
    const { run_id: runId } = body as { run_id: number };
    await service.end(runId);

    const runs = await execute('listRuns');
    expect(runs.status).toBe('200');
    expect((runs.body as object[])[0]).toMatchObject({ id: runId, update_type: 'quick', status: 'SUCCESS' });
    expect([consoleErrors, foreignRequests]).toEqual([[], []]);
  });
});
