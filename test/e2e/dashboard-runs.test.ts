import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
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
import { until } from '../support/until.js';

const PASSWORD = 'correct horse battery';
/** The browser reports each response of 400 or more as an error. */
const REFUSED = /status of 4\d\d/;
/** Run 3, which is PARTIAL, and 59 others, 6 hours apart. */
const HISTORY = `
  INSERT INTO pipeline_runs (run_date, started_at, finished_at, status, update_type, trigger, triggered_by, duration_seconds,
    movies_processed, tmdb_requests, failed, error_message, options, sources)
  SELECT at AT TIME ZONE 'utc', at, at, CASE WHEN n = 3 THEN 'PARTIAL' ELSE 'SUCCESS' END,
    CASE WHEN n % 4 = 1 THEN 'daily' ELSE 'quick' END, CASE WHEN n = 7 THEN 'api' ELSE 'schedule' END, 'root', n, 118, 47,
    CASE WHEN n = 3 THEN 2 ELSE 0 END, CASE WHEN n = 3 THEN '1 page and 1 movie failed.' END,
    '{"updateType":"quick","sources":[{"source":"popular","pages":3},{"source":"trending","pages":3}],"enrichment":null,"incremental":true}',
    '[{"source":"popular","pages_planned":3,"pages_fetched":2,"movies":38,"status":"partial","error":"TMDB failed (503)."}]'
  FROM (SELECT n, now() - (61 - n) * interval '6 hours' AS at FROM generate_series(1, 60) AS n) AS history ORDER BY n;
  INSERT INTO pipeline_run_errors (run_id, source, page, movie_id, code, message, occurred_at) VALUES
    (3, 'popular', 2, NULL, 'server_error', 'TMDB failed (503).', now()),
    (3, NULL, NULL, 603, 'server_error', 'TMDB had an internal error (500, code 11).', now())`;

let service: TestApp;

beforeAll(async () => {
  service = await startTestApp();
  await service.app.get(UsersService).add('root', PASSWORD, 'admin');
  await service.app.get(UsersService).add('guest', PASSWORD, 'viewer');
  await service.database.query(HISTORY);
});

afterAll(async () => {
  await service.close();
});

(hasBrowser ? describe : describe.skip)(`the pages of runs and schedules ${IN_A_BROWSER}`, () => {
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
    context = await browser.newContext({
      reducedMotion: 'reduce',
      viewport: { width: 1280, height: 800 },
      locale: 'en-US',
      timezoneId: 'Europe/Berlin',
    });
    page = await context.newPage();
    faults = faultsOf(page, service.url);
  });

  afterEach(async () => {
    service.sandbox.setFaults({});
    await context.close();
  });

  async function open(path: string): Promise<void> {
    await page.goto(`${service.url}/ui${path}`);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.locator('.skeleton').first().waitFor({ state: 'detached' });
  }

  async function signedIn(path: string, name = 'root'): Promise<void> {
    const token = await service.app.get(UsersService).token(name, 600);
    await context.addInitScript(`sessionStorage.setItem('movie-pipeline:token', '${token}')`);
    await open(path);
    await page.getByText(name, { exact: true }).waitFor();
  }

  async function signIn(): Promise<void> {
    const dialog = page.getByRole('dialog', { name: 'Sign in' });
    await dialog.getByLabel('Name').fill('root');
    await dialog.getByLabel('Password').fill(PASSWORD);
    await dialog.getByRole('button', { name: 'Sign in' }).click();
  }

  const card = (job: string): Locator => page.getByRole('region', { name: job });
  const rows = (): Locator => page.locator('.table tbody tr');

  it.each([
    ['/runs', 'Runs'],
    ['/runs/3', 'Quick update #3'],
    ['/schedules', 'Schedules'],
  ])(
    'the page %s fits narrow and wide windows in both schemes, and breaks no rule of accessibility or content policy',
    async (path, heading) => {
      expect(await faultsInViews(page, `${service.url}/ui${path}`, heading)).toEqual([]);
      expect(faults).toEqual([]);
    },
  );

  it('the filters of the runs are in the address, and older runs follow by cursor', async () => {
    await open('/runs');
    await rows().nth(49).waitFor();
    await page.getByRole('link', { name: 'Older runs' }).click();
    await page.getByRole('heading', { name: 'Older runs' }).waitFor();
    await until(async () => (await rows().count()) === 10, {
      deadlineMs: 10_000,
      what: 'the last ten runs are shown',
    });
    await page.getByLabel('Status').selectOption('Partial');
    await until(async () => (await rows().count()) === 1, {
      deadlineMs: 10_000,
      what: 'the PARTIAL run is shown',
    });
    expect(new URL(page.url()).search).toBe('?status=PARTIAL');
    await page.getByText('1 page and 1 movie failed.').waitFor();
    await page.getByText('1 run', { exact: true }).waitFor();
    await page.reload();
    expect(await page.getByLabel('Status').inputValue()).toBe('PARTIAL');
    await page.getByLabel('Type').selectOption('Full');
    await page.getByText('No run matches the filters.').waitFor();
    await page.getByRole('button', { name: 'Clear filters' }).click();
    await rows().nth(49).waitFor();
  });

  it('the filter of a day shows the runs of this day in the zone of the viewer', async () => {
    await open('/runs');
    await page.getByLabel('From').fill('2026-01-10');
    await page.getByLabel('To', { exact: true }).fill('2026-01-10');
    const { searchParams } = new URL(page.url());
    expect([searchParams.get('since'), searchParams.get('until')]).toEqual([
      '2026-01-09T23:00:00.000Z',
      '2026-01-10T22:59:59.999Z',
    ]);
  });

  it('a chart names the run under the pointer, and a click opens it', async () => {
    await open('/runs?type=quick');
    const chart = page.locator('.chart', { hasText: 'Duration' }).locator('.u-over');
    const box = (await chart.boundingBox())!;
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    await page
      .locator('.chart-tooltip')
      .getByText('Quick update')
      .or(page.getByText('Daily update'))
      .first()
      .waitFor();
    await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
    await page.waitForURL(/\/ui\/runs\/\d+$/);
    expect(faults).toEqual([]);
  });

  it('a run shows what was asked, its lists, and what failed with a link to TMDB', async () => {
    await open('/runs/3');
    await page.getByText('Collect Popular, Trending: the first 3 pages of each.').waitFor();
    await page.getByText('The next run requests what failed again.').waitFor();
    await page.getByText('Popular, page 2').waitFor();
    const movie = page.getByRole('link', { name: 'Movie 603' });
    expect(await movie.getAttribute('href')).toBe('https://www.themoviedb.org/movie/603');
    expect(await page.getByText('by root').count()).toBe(0);
    await open('/runs/4711');
    await page.getByText('There is no run 4711.').waitFor();
  });

  it('a run that is started is watched live, a second one is led to it, and it is cancelled after a confirmation', async () => {
    service.sandbox.setFaults({ hung: 1 });
    await open('/schedules');
    await page.getByRole('button', { name: 'Run now' }).click();
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.getByRole('button', { name: 'Start', exact: true }).click();
    await signIn();
    await page.getByRole('heading', { level: 1, name: /Quick update #\d+/ }).waitFor();
    await page.getByRole('progressbar', { name: 'Popular' }).waitFor();
    const address = page.url();

    await page.getByRole('link', { name: 'Runs' }).click();
    await page.getByRole('button', { name: 'Run now' }).click();
    await page.getByRole('button', { name: 'Start', exact: true }).click();
    await page
      .getByRole('alert')
      .getByRole('link', { name: /Open run/ })
      .click();
    await page.waitForURL(address);

    await page.getByRole('button', { name: 'Cancel run' }).click();
    await page.getByRole('button', { name: 'Keep running' }).click();
    await page.getByText('Running', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Cancel run' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel run' }).click();
    await page.getByText('Cancelled', { exact: true }).waitFor();
    await page.getByText('by root').waitFor();
    expect(await page.getByRole('button', { name: 'Cancel run' }).count()).toBe(0);
    expect(faults.filter((fault) => !REFUSED.test(fault))).toEqual([]);
  });

  it('a custom run does what its form says, and its page follows it to the end', async () => {
    await signedIn('/runs');
    await page.getByRole('button', { name: 'Run now' }).click();
    await page.getByRole('radio', { name: /Custom run/ }).check();
    for (const list of ['Top rated', 'Upcoming', 'Now playing', 'Trending (three pages)']) {
      await page.getByRole('checkbox', { name: list }).uncheck();
    }
    await page.getByLabel('Pages of each list').fill('2');
    await page.getByRole('combobox', { name: 'Details' }).selectOption('All collected movies, due or not');
    await page.getByLabel('Movies at most').fill('7');
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.getByRole('button', { name: 'Start', exact: true }).click();
    await page.getByRole('heading', { level: 1, name: /Custom run/ }).waitFor();
    await page.getByText('Collect Popular: the first 2 pages.').waitFor();
    await page.getByText('Fetch the details of up to 7 movies that are due.').waitFor();
    await page.getByText('Every collected movie counts as due').waitFor();
    await page.getByText('Success', { exact: true }).waitFor();
    await page.getByText(/^Took/).waitFor();
  });

  it('each choice of details in the form of a custom run sends the options for it', async () => {
    const limited = { enrich_data: true, max_enrichment: 50 };
    const choices: [string, object][] = [
      ['None', { enrich_data: false }],
      ['Collected movies that are due', limited],
      ['All collected movies, due or not', { ...limited, incremental: false }],
      [
        'Stored movies that lack newer columns first, then due ones',
        { ...limited, refresh_incomplete: true },
      ],
      ['Every stored movie again', { refresh_all: true }],
    ];
    await signedIn('/schedules');
    await page.route('**/pipeline/run', (route) => route.fulfill({ status: 409, json: { detail: 'Busy.' } }));
    await page.getByRole('button', { name: 'Run now' }).click();
    await page.getByRole('radio', { name: /Custom run/ }).check();
    for (const [details, options] of choices) {
      await page.getByRole('combobox', { name: 'Details' }).selectOption(details);
      const sent = page.waitForRequest('**/pipeline/run');
      await page.getByRole('button', { name: 'Start', exact: true }).click();
      expect((await sent).postDataJSON()).toEqual({
        update_type: 'custom',
        categories: ['popular', 'top_rated', 'upcoming', 'now_playing'],
        pages_per_category: 5,
        include_trending: true,
        ...options,
      });
    }
    await page.getByRole('alert').getByText('Busy.').waitFor();
  });

  it('a cron is validated while it is typed, with the reason of the API, and a right one is stored', async () => {
    await open('/schedules');
    await card('Daily Update').getByRole('button', { name: 'Edit' }).click();
    await signIn();
    const form = page.getByRole('form', { name: 'Schedule of Daily Update' });
    await form.getByLabel(/^Cron/).fill('0 3 31 2 *');
    await form.getByText('cron: it never fires: the calendar has no such day').waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await form.getByLabel(/^Cron/).fill('30 4 * * mon');
    await form.getByLabel('Time zone').fill('Asia/Tokyo');
    await form.getByText('At 04:30 AM, only on Monday').waitFor();
    await form.getByRole('columnheader', { name: 'Asia/Tokyo' }).waitFor();
    await form.getByRole('columnheader', { name: 'Europe/Berlin (yours)' }).waitFor();
    expect(await form.getByRole('row').count()).toBe(6);
    await form.getByRole('button', { name: 'Save' }).click();
    await form.waitFor({ state: 'detached' });
    await card('Daily Update').getByText('30 4 * * mon').waitFor();
    const { body } = (await service.get('/pipeline/status')) as { body: { scheduled_jobs: object[] } };
    expect(body.scheduled_jobs[1]).toMatchObject({ trigger: '30 4 * * mon', timezone: 'Asia/Tokyo' });
  });

  it('a session that ends while a schedule is edited loses nothing that was typed', async () => {
    await signedIn('/schedules');
    await card('Quick Update').getByRole('button', { name: 'Edit' }).click();
    const cron = page.getByLabel(/^Cron/);
    await cron.fill('15 */4 * * *');
    await page.getByText('At 15 minutes past the hour, every 4 hours').waitFor();
    await service.app.get(UsersService).revoke('root');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('dialog').getByText('Your session has ended.').waitFor();
    await signIn();
    await cron.waitFor({ state: 'detached' });
    await card('Quick Update').getByText('15 */4 * * *').waitFor();
  });

  it('a job is switched off and on, and all schedules are stopped and started', async () => {
    await signedIn('/schedules');
    const job = page.getByRole('switch', { name: 'Weekly Enrichment' });
    await job.click();
    await card('Weekly Enrichment').getByText('This job is off.').waitFor();
    await page.getByRole('switch', { name: 'Daily Update' }).click();
    await page.getByRole('switch', { name: 'Quick Update' }).click();
    await card('Quick Update').getByText('This job is off.').waitFor();
    // That all jobs are off is not that the scheduler is stopped.
    expect(await page.getByText('All schedules are stopped.').count()).toBe(0);
    await page.getByRole('switch', { name: 'Daily Update' }).click();
    await page.getByRole('switch', { name: 'Quick Update' }).click();
    await job.click();
    await card('Weekly Enrichment').getByRole('row').nth(5).waitFor();
    await page.getByRole('button', { name: 'Stop all' }).click();
    await page.getByText('All schedules are stopped. Times').waitFor();
    await page.getByRole('button', { name: 'Start all' }).click();
    await page.getByRole('button', { name: 'Stop all' }).waitFor();
    expect(faults).toEqual([]);
  });

  it('a viewer is offered no change', async () => {
    await signedIn('/schedules', 'guest');
    await card('Daily Update').getByText('On', { exact: true }).waitFor();
    expect(await page.getByRole('button', { name: /Run now|Stop all|Edit/ }).count()).toBe(0);
    expect(await page.getByRole('switch').count()).toBe(0);
  });
});
