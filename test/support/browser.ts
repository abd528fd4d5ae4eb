import { existsSync } from 'node:fs';
import axe, { type AxeResults } from 'axe-core';
import { type Browser, chromium, type Page } from 'playwright-core';

const CHROMIUM = '/usr/bin/chromium';
const FLAGS = [
  ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-quic'],
  ...['--disable-component-update', '--disable-sync', '--no-first-run', '--disable-dev-shm-usage'],
];

export const hasBrowser = existsSync(CHROMIUM);
/** For the name of a suite, which then reports a missing browser. */
export const IN_A_BROWSER = hasBrowser ? 'in a browser' : `in a browser (skipped: there is no ${CHROMIUM})`;

export function launchBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
}

/** By color scheme and width. */
const VIEWS = (['light', 'dark'] as const).flatMap((colorScheme) =>
  [360, 1280].map((width) => ({ colorScheme, width })),
);
const IMAGES = 'https://image.tmdb.org/';
const ONE_PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNkYAAAAAYAAjCB0C8AAAAASUVORK5CYII=',
  'base64',
);

/** Collects what a page reports as an error, violations of the content policy among it, and requests to other hosts. */
export function faultsOf(page: Page, origin: string, allowedHost = origin): string[] {
  const faults: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(message.text());
  });
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('request', (request) => {
    const isExpected = [origin, allowedHost, 'data:'].some((start) => request.url().startsWith(start));
    if (!isExpected) faults.push(request.url());
  });
  return faults;
}

/** As {@link faultsOf}, for pages with pictures: TMDB's image host answers with a pixel, or with what is no picture. */
export async function faultsWithImages(page: Page, origin: string, isBroken = false): Promise<string[]> {
  const body = isBroken ? Buffer.from('no picture') : ONE_PIXEL;
  await page.route(`${IMAGES}**`, (route) => route.fulfill({ contentType: 'image/png', body }));
  return faultsOf(page, origin, IMAGES);
}

/** After which the page has adapted to its size and scheme. */
const TWO_FRAMES = 'new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))';

/** What is wrong with a page in any scheme and width: its title, its width, and the accessibility rules it breaks. */
export async function faultsInViews(page: Page, address: string, heading: string): Promise<string[]> {
  const faults: string[] = [];
  await page.goto(address);
  await page.getByRole('heading', { level: 1, name: heading }).waitFor();
  await page.locator('.skeleton').first().waitFor({ state: 'detached' });
  await loadAxe(page);
  for (const { colorScheme, width } of VIEWS) {
    await page.setViewportSize({ width, height: 740 });
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.evaluate(TWO_FRAMES);
    // Of the rules, only that of contrast depends on the scheme.
    const found = await violationsOn(page, colorScheme === 'light' ? ALL_RULES : ['color-contrast']);
    const title = await page.title();
    if (title !== `${heading} · movie-pipeline`) found.push(`the title is ${title}`);
    const scrollWidth = await page.evaluate('document.documentElement.scrollWidth');
    if (scrollWidth !== width) found.push(`the page is ${String(scrollWidth)} px wide`);
    faults.push(...found.map((fault) => `${colorScheme}, ${width} px: ${fault}`));
  }
  return faults;
}

/** The accessibility rules that the page breaks, each with the elements. */
export async function accessibilityFaults(page: Page): Promise<string[]> {
  await loadAxe(page);
  return violationsOn(page, ALL_RULES);
}

const ALL_RULES = null;

async function loadAxe(page: Page): Promise<void> {
  // As an expression of the debugger, which the content policy does not apply to.
  await page.evaluate(axe.source);
}

async function violationsOn(page: Page, rules: readonly string[] | null): Promise<string[]> {
  const options = JSON.stringify({ resultTypes: ['violations'], ...(rules && { runOnly: rules }) });
  const violations = await page.evaluate<AxeResults['violations']>(
    `axe.run(${options}).then(({ violations }) => violations)`,
  );
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(', ')}`);
}
