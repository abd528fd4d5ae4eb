import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import request from 'supertest';
import { UsersService } from '../../src/auth/users/users.service.js';
import {
  accessibilityFaults,
  faultsInViews,
  faultsOf,
  hasBrowser,
  IN_A_BROWSER,
  launchBrowser,
} from '../support/browser.js';
import { startTestApp, type TestApp } from '../support/test-app.js';

const PASSWORD = 'correct horse battery';
/** By address and heading. */
const PAGES = [
  ['/', 'Overview'],
  ['/nowhere', 'Page not found'],
] as const;

let service: TestApp;

beforeAll(async () => {
  service = await startTestApp();
  await service.app.get(UsersService).add('root', PASSWORD, 'admin');
});

afterAll(async () => {
  await service.close();
});

describe('the files of the dashboard', () => {
  it('the root leads a browser to the dashboard and any other client to the documentation', async () => {
    const browser = await request(service.url).get('/').set('Accept', 'text/html,*/*;q=0.8').expect(303);
    expect(browser.headers.location).toBe('/ui/');
    const other = await request(service.url).get('/').expect(200);
    expect(other.body).toMatchObject({ dashboard: '/ui/', docs: '/docs', openapi: '/openapi.json' });
    const bare = await request(service.url).get('/ui?x=1').expect(308);
    expect(bare.headers.location).toBe('/ui/?x=1');
  });

  it('the document is revalidated, its hashed files are cached for a year, and no page may run inline code', async () => {
    const { text, headers } = await service.get('/ui/runs/42');
    expect(headers['cache-control']).toBe('no-cache');
    expect(headers['content-security-policy']).toContain("script-src 'self';");
    expect(headers['content-security-policy']).not.toContain('unsafe');
    const scripts = [...text.matchAll(/"(\/ui\/assets\/[^"]+\.js)"/g)];
    expect(scripts).toHaveLength(1);
    const script = await service.get(scripts[0]![1]!);
    expect(script.headers['cache-control']).toBe('public, max-age=31536000, immutable');
    expect((await service.get('/ui/assets/missing.js', 404)).headers['cache-control']).toBe('no-store');
    await request(service.url).post('/ui/').expect(404);
  });
});

(hasBrowser ? describe : describe.skip)(`the dashboard ${IN_A_BROWSER}`, () => {
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let faults: string[];

  beforeAll(async () => {
    browser = await launchBrowser();
  });

  afterAll(async () => {
    await browser.close();
  });

  beforeEach(async () => {
    context = await browser.newContext({ reducedMotion: 'reduce', viewport: { width: 1280, height: 800 } });
    page = await context.newPage();
    faults = faultsOf(page, service.url);
  });

  afterEach(async () => {
    await context.close();
  });

  async function signIn(password: string): Promise<void> {
    const dialog = page.getByRole('dialog', { name: 'Sign in' });
    await dialog.getByLabel('Name').fill('root');
    await dialog.getByLabel('Password').fill(password);
    await dialog.getByRole('button', { name: 'Sign in' }).click();
  }

  it.each(PAGES)(
    'the page %s fits narrow and wide windows in both schemes, and breaks no rule of accessibility or content policy',
    async (path, heading) => {
      expect(await faultsInViews(page, `${service.url}/ui${path}`, heading)).toEqual([]);
      expect(faults).toEqual([]);
    },
  );

  it('the overview follows a run from its start to its end without being loaded again', async () => {
    await page.goto(`${service.url}/ui/`);
    await page.getByText('Live').waitFor();
    service.sandbox.setFaults({ hung: 1 });
    const { body } = await service.post('/pipeline/run');
    await page.getByText('Running', { exact: true }).waitFor();
    await page.getByRole('progressbar', { name: 'Popular' }).waitFor();
    service.sandbox.setFaults({});
    const { run_id: runId } = body as { run_id: number };
    const run = await service.end(runId);
    await page.getByRole('heading', { name: 'Nothing is running' }).waitFor();
    await page.getByText('Success', { exact: true }).waitFor();
    expect(run).toMatchObject({ status: 'SUCCESS' });
    expect(faults).toEqual([]);
  });

  it('the reason of a failed run is in view without scrolling', async () => {
    await service.database.query(`
      INSERT INTO pipeline_runs (status, update_type, trigger, error_message, finished_at)
      VALUES ('FAILED', 'daily', 'schedule', 'TMDB rejected the API key (401, code 7). Check TMDB_API_KEY.', now())`);
    await page.goto(`${service.url}/ui/`);
    const reason = page.getByText('Check TMDB_API_KEY.');
    await reason.waitFor();
    const box = await reason.boundingBox();
    expect((box?.y ?? 800) + (box?.height ?? 0)).toBeLessThan(800);
    await service.database.query(`DELETE FROM pipeline_runs WHERE status = 'FAILED'`);
  });

  it('a wrong password is explained, the right one signs in, and signing out forgets the token', async () => {
    await page.goto(`${service.url}/ui/`);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await signIn('wrong horse battery');
    await page.getByRole('alert').getByText('The name or the password is wrong.').waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await signIn(PASSWORD);
    await page.getByText('root', { exact: true }).waitFor();
    expect(await page.getByRole('dialog').count()).toBe(0);
    await page.reload();
    await page.getByText('root', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('button', { name: 'Sign in' }).waitFor();
    expect(await page.evaluate('sessionStorage.length')).toBe(0);
  });

  it('a session that has ended opens the dialog, and what was requested goes on after signing in', async () => {
    await page.goto(`${service.url}/ui/`);
    await page.evaluate(`sessionStorage.setItem('movie-pipeline:token', 'a token that has expired')`);
    await page.reload();
    await page.getByRole('dialog').getByText('Your session has ended.').waitFor();
    await signIn(PASSWORD);
    await page.getByText('root', { exact: true }).waitFor();
  });

  it('where reading requires a login, the dialog opens by itself, and closing it leaves a way to sign in', async () => {
    // As READ_ACCESS=signed_in does.
    await page.route('**/pipeline/**', (route) =>
      route.request().headers().authorization === undefined
        ? route.fulfill({ status: 401, json: { detail: 'This request requires a token.' } })
        : route.continue(),
    );
    await page.goto(`${service.url}/ui/`);
    await page.getByRole('dialog', { name: 'Sign in' }).waitFor();
    await page.keyboard.press('Escape');
    const content = page.getByRole('main');
    await content.getByText('Sign in to see this.').first().waitFor();
    await content.locator('.skeleton').first().waitFor({ state: 'detached' });
    await content.getByRole('button', { name: 'Sign in' }).first().click();
    await signIn(PASSWORD);
    await page.getByText('Live').waitFor();
    await content.getByText('Sign in to see this.').first().waitFor({ state: 'detached' });
  });

  it('an outage is shown, and the overview is live again after it', async () => {
    await page.goto(`${service.url}/ui/`);
    await page.getByText('Live').waitFor();
    await page.route('**/pipeline/**', (route) => route.abort());
    service.app.getHttpServer().closeAllConnections();
    await page.getByText('The service does not answer.').waitFor();
    await page.getByRole('button', { name: 'Try now' }).click();
    await page.unroute('**/pipeline/**');
    await page.getByText('Live').waitFor();
    await page.getByText('The service does not answer.').waitFor({ state: 'detached' });
  });

  it('the keyboard reaches the content by the skip link', async () => {
    await page.goto(`${service.url}/ui/`);
    await page.getByText('Live').waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    expect(await page.evaluate('document.activeElement.id')).toBe('content');
  });
});
