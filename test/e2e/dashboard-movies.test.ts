import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { packageVersion } from '../../src/common/package-version.js';
import {
  faultsInViews,
  faultsWithImages,
  hasBrowser,
  IN_A_BROWSER,
  launchBrowser,
} from '../support/browser.js';
import { startTestApp, type TestApp } from '../support/test-app.js';

interface Movie {
  readonly id: number;
  readonly title: string;
}

const REASON = 'TMDB had an internal error (500, code 11).';
const RUN = {
  ...{ update_type: 'custom', categories: ['popular'], pages_per_category: 3, include_trending: false },
  ...{ enrich_data: true, max_enrichment: 60 },
};

let service: TestApp;
/** The most popular one. */
let first: Movie;

async function movieWhere(condition: string): Promise<Movie> {
  const [movie] = await service.database.query<Movie>(
    `SELECT id, title FROM movies WHERE ${condition} ORDER BY popularity DESC, id DESC LIMIT 1`,
  );
  if (movie === undefined) throw new Error(`There is no movie where ${condition}`);
  return movie;
}

(hasBrowser ? describe : describe.skip)(`the pages about movies ${IN_A_BROWSER}`, () => {
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let faults: string[];

  beforeAll(async () => {
    service = await startTestApp();
    const { body } = await service.post('/pipeline/run', RUN);
    await service.end((body as { run_id: number }).run_id);
    first = await movieWhere('NOT adult');
    await service.database.query(`
      UPDATE movies SET trailer_key = 'dfeUzm6KF4g', enrich_failures = 3, enrich_retry_at = now() + interval '5 hours'
      WHERE id = ${first.id};
      INSERT INTO pipeline_run_errors (run_id, movie_id, code, message, occurred_at)
      SELECT max(id), ${first.id}, 'server_error', '${REASON}', now() FROM pipeline_runs`);
    browser = await launchBrowser();
  });

  afterAll(async () => {
    await browser.close();
    await service.close();
  });

  beforeEach(async () => {
    context = await browser.newContext({ reducedMotion: 'reduce', viewport: { width: 1280, height: 800 } });
    page = await context.newPage();
    faults = await faultsWithImages(page, service.url);
  });

  afterEach(async () => {
    await context.close();
  });

  const open = (path: string): Promise<unknown> => page.goto(`${service.url}/ui${path}`);
  const search = (): ReturnType<Page['getByRole']> =>
    page.getByRole('combobox', { name: 'Search movies by title' });
  const suggestions = (): ReturnType<Page['getByRole']> =>
    page.getByRole('listbox', { name: 'Suggested movies' }).getByRole('option');
  const tiles = (): ReturnType<Page['getByRole']> =>
    page.getByRole('list', { name: 'Movies' }).getByRole('link');

  async function tilesAre(many: number): Promise<void> {
    await tiles()
      .nth(many - 1)
      .waitFor();
    await tiles().nth(many).waitFor({ state: 'detached' });
  }

  it.each([
    ['/movies', 'Movies'],
    ['/data', 'Data'],
    ['/about', 'About'],
  ])(
    'the page %s fits narrow and wide windows in both schemes, and breaks no rule of accessibility or content policy',
    async (path, heading) => {
      expect(await faultsInViews(page, `${service.url}/ui${path}`, heading)).toEqual([]);
      expect(faults).toEqual([]);
    },
  );

  it('the page of a movie fits narrow and wide windows in both schemes, and breaks no rule of accessibility', async () => {
    expect(await faultsInViews(page, `${service.url}/ui/movies/${first.id}`, first.title)).toEqual([]);
    expect(faults).toEqual([]);
  });

  it('the slash key moves to the search, typing suggests titles, and an arrow key and Enter open a movie', async () => {
    await open('/movies');
    await tiles().first().waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type(first.title.slice(0, 8));
    const suggestion = suggestions().first();
    await suggestion.getByText(first.title).waitFor();
    await page.keyboard.press('ArrowDown');
    expect(await suggestion.getAttribute('aria-selected')).toBe('true');
    expect(await search().getAttribute('aria-activedescendant')).toBe(await suggestion.getAttribute('id'));
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: first.title }).waitFor();
    expect(faults).toEqual([]);
  });

  it('Escape closes the suggestions, and Enter shows all results of a search that is in the address', async () => {
    await open('/movies');
    await search().fill(first.title);
    await suggestions().first().waitFor();
    await page.keyboard.press('Escape');
    expect(await suggestions().count()).toBe(0);
    expect(await search().inputValue()).toBe(first.title);
    await page.keyboard.press('Enter');
    await page.getByRole('link', { name: first.title }).first().waitFor();
    expect(new URL(page.url()).searchParams.get('q')).toBe(first.title);
    await search().focus();
    await page.keyboard.press('Escape');
    await page.waitForURL((url) => url.search === '');
    await search().fill(first.title);
    await page.keyboard.press('Enter');
    await page.reload();
    await page.getByRole('link', { name: first.title }).first().waitFor();
    await page.getByRole('button', { name: 'Clear search' }).click();
    await tiles().first().waitFor();
    expect(new URL(page.url()).search).toBe('');
  });

  it('a filter is in the address and narrows the movies, also after a reload, until it is cleared', async () => {
    const [genre] = await service.database.query<{ name: string; movies: number }>(`
      SELECT g.name, count(*)::int AS movies FROM genres g
      JOIN movies m ON m.genres ? g.name AND NOT m.adult AND m.gone_at IS NULL
      GROUP BY g.name ORDER BY 2, 1 LIMIT 1`);
    await open('/movies');
    await page.getByLabel('Genre').selectOption(genre!.name);
    await tilesAre(genre!.movies);
    expect(new URL(page.url()).searchParams.get('genre')).toBe(genre!.name);
    await page.reload();
    await tilesAre(genre!.movies);
    expect(await page.getByLabel('Genre').inputValue()).toBe(genre!.name);
    await page.getByRole('button', { name: 'Clear filters' }).click();
    await tiles().nth(genre!.movies).waitFor();
  });

  it('a filter that the API refuses is answered with its reason', async () => {
    await open('/movies?year=soon');
    await page.getByText('year must be an integer number').waitFor();
  });

  it('"Load more" appends the next page until there is none', async () => {
    await open('/movies');
    await tiles().first().waitFor();
    const before = await tiles().count();
    await page.getByRole('button', { name: 'Load more' }).click();
    await tiles().nth(before).waitFor();
    const addresses = await Promise.all((await tiles().all()).map((link) => link.getAttribute('href')));
    expect(new Set(addresses).size).toBe(addresses.length);
    expect(await page.getByRole('button', { name: 'Load more' }).count()).toBe(0);
  });

  it('a movie shows its poster, and its title where there is none or it cannot be loaded', async () => {
    await open('/movies');
    await tiles().first().waitFor();
    expect(await tiles().first().locator('img').getAttribute('loading')).toBe('lazy');
    await faultsWithImages(page, service.url, true);
    await page.reload();
    await tiles().first().locator('.poster-title').getByText(first.title).waitFor();
    expect(await tiles().first().locator('img').count()).toBe(0);
  });

  it('a movie has its cast, its place in the lists, a trailer in a new tab and the JSON of the API', async () => {
    await open(`/movies/${first.id}`);
    const [stored] = await service.database.query<{ star: string; director: string }>(
      `SELECT "cast" -> 0 ->> 'name' AS star, crew -> 0 ->> 'name' AS director FROM movies WHERE id = ${first.id}`,
    );
    await page.getByRole('region', { name: 'Cast' }).getByText(stored!.star).first().waitFor();
    await page.getByRole('region', { name: 'Crew' }).getByText(stored!.director).first().waitFor();
    await page.getByRole('region', { name: 'lists' }).getByText('#1', { exact: true }).waitFor();
    const trailer = page.getByRole('link', { name: 'Trailer' });
    expect(await trailer.getAttribute('href')).toBe('https://www.youtube.com/watch?v=dfeUzm6KF4g');
    expect(await trailer.getAttribute('target')).toBe('_blank');
    expect(await page.locator('iframe, video').count()).toBe(0);
    await page.getByText('Show the response of the API').click();
    expect(JSON.parse((await page.locator('.response-of pre').textContent()) ?? '')).toMatchObject({
      id: first.id,
    });
  });

  it('a movie that is not stored is explained', async () => {
    await open('/movies/999999');
    await page.getByText('no movie 999999', { exact: false }).waitFor();
  });

  it('the page Data has the age of the details, the columns, and each failing movie with its reason and next try', async () => {
    await open('/data');
    const failing = page.getByRole('region', { name: 'Failing movies' }).getByRole('listitem');
    await failing.getByText(REASON).waitFor();
    await failing.getByText('3 failures in a row').waitFor();
    await failing.getByText('in 5 hours').waitFor();
    const tmdb = failing.getByRole('link', { name: 'TMDB' });
    expect(await tmdb.getAttribute('href')).toBe(`https://www.themoviedb.org/movie/${first.id}`);
    await page.getByRole('row', { name: /^runtime \d/ }).waitFor();
    await page.getByRole('row', { name: /^over 180 days 0% 0$/ }).waitFor();
  });

  it('the page About has the version, the notice of TMDB and the licences of the packages', async () => {
    await open('/about');
    await page.getByText(packageVersion(), { exact: true }).waitFor();
    await page.getByText('is not endorsed, certified, or otherwise approved by TMDB.').waitFor();
    await page.getByText('uplot').click();
    await page.getByText('Leon Sorokin').waitFor();
  });
});
