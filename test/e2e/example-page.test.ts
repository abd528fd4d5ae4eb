import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { hasBrowser, IN_A_BROWSER, launchBrowser } from '../support/browser.js';
import { startTestApp, type TestApp } from '../support/test-app.js';

const EXAMPLE = new URL('../../docs/examples/movies.html', import.meta.url);

(hasBrowser ? describe : describe.skip)(`the example page ${IN_A_BROWSER}`, () => {
  let service: TestApp;
  let site: Server;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    const html = await readFile(EXAMPLE);
    site = createServer((_, response) => response.setHeader('Content-Type', 'text/html').end(html));
    await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
    const origin = `http://127.0.0.1:${(site.address() as AddressInfo).port}`;
    service = await startTestApp({ CORS_ORIGINS: origin });
    const { body } = await service.post('/pipeline/run', { update_type: 'quick' });
    await service.end((body as { run_id: number }).run_id);
    browser = await launchBrowser();
    page = await browser.newPage();
    await page.route('https://image.tmdb.org/**', (route) => route.fulfill({ body: '' }));
    await page.goto(`${origin}/?api=${encodeURIComponent(service.url)}`);
  });

  afterAll(async () => {
    await browser.close();
    site.close();
    await service.close();
  });

  const titles = (): Promise<string[]> => page.locator('#movies li').allTextContents();

  it('shows the most popular movies', async () => {
    await page.getByText('The most popular').waitFor();
    expect(await titles()).toHaveLength(24);
  });

  it('finds a movie by what is typed, and says when there is none', async () => {
    const [movie] = await service.database.query<{ title: string }>(
      'SELECT title FROM movies ORDER BY popularity DESC OFFSET 30 LIMIT 1',
    );
    const { title } = movie!;
    await page.getByLabel('Search').fill(title.toLowerCase());
    await page.getByText(`Found for “${title.toLowerCase()}”`).waitFor();
    expect((await titles())[0]).toContain(title);

    await page.getByLabel('Search').fill('qqqq zzzz');
    await page.getByText('No movie has such a title.').waitFor();
  });
});
