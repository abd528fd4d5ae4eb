/**
 * Makes the pictures of the dashboard in docs/images: `npm run screenshots`. Starts the demo, and needs a Chromium or
 * Chrome, whose path CHROME_PATH gives where it is not found.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const images = join(root, 'docs', 'images');
const BROWSERS = [
  process.env.CHROME_PATH,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];
const VIEW = {
  viewport: { width: 1280, height: 800 },
  locale: 'en-US',
  reducedMotion: 'reduce',
  colorScheme: 'light',
};
/** Fetches all details again, which takes long enough to be seen. */
const VISIBLE_RUN = { update_type: 'custom', enrich_data: true, incremental: false, max_enrichment: 2_000 };

/** Starts the demo; resolves with its address and login once it serves. */
function startDemo() {
  const demo = spawn(process.execPath, [join(root, 'dist', 'demo.js')], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const { promise, resolve, reject } = Promise.withResolvers();
  let url = '';
  createInterface({ input: demo.stdout }).on('line', (line) => {
    url = /^Serving at (\S+)/.exec(line)?.[1] ?? url;
    const [, username, password] = /^Log in as (\S+) with the password (\S+),/.exec(line) ?? [];
    if (username !== undefined) resolve({ url, login: { username, password } });
  });
  demo.on('error', reject);
  demo.on('exit', (code) => reject(new Error(`The demo ended with code ${code} before it served.`)));
  return { ready: promise, stop: () => demo.kill('SIGTERM') };
}

async function post(url, body, token) {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`POST ${url}: ${response.status} ${await response.text()}`);
  return response.json();
}

async function openPage(browser) {
  const page = await browser.newPage(VIEW);
  // The demo's movies are made up, so that TMDB has no pictures of them.
  await page.route('https://image.tmdb.org/**', (route) => route.abort());
  return page;
}

async function shoot(page, name) {
  await page.locator('.skeleton').first().waitFor({ state: 'detached' });
  await page.screenshot({ path: join(images, `${name}.png`) });
  process.stdout.write(`docs/images/${name}.png\n`);
}

/** The Overview during a run, in both schemes. */
async function shootOverview(browser, { url, login }) {
  const { access_token: token } = await post(`${url}/auth/login`, login);
  const page = await openPage(browser);
  await page.goto(`${url}/ui/`);
  await post(`${url}/pipeline/run`, VISIBLE_RUN, token);
  await page.getByText('Time left').locator('..').getByText(/\d/).waitFor();
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme });
    await shoot(page, `overview-${colorScheme}`);
  }
  await page.close();
}

/** Each page of the navigation, and the first run and movie that one of them leads to. */
async function shootPages(browser, url) {
  const page = await openPage(browser);
  await page.goto(`${url}/ui/`);
  const hrefs = (selector) =>
    page.locator(selector).evaluateAll((links) => links.map((link) => link.getAttribute('href')));
  for (const path of await hrefs('nav[aria-label="Pages"] a')) {
    const name = path.replace(/^\/ui\//, '');
    if (name === '') continue;
    await page.goto(url + path);
    await page.locator('h1').waitFor();
    await shoot(page, name);
    const [first] = await hrefs(`main a[href^="${path}/"]`);
    if (first === undefined) continue;
    await page.goto(url + first);
    await page.locator('h1').waitFor();
    await shoot(page, name.replace(/s$/, ''));
  }
}

const executablePath = BROWSERS.find((path) => path !== undefined && existsSync(path));
if (executablePath === undefined) {
  process.stderr.write('There is no Chromium or Chrome. Install one, or set CHROME_PATH to its path.\n');
  process.exit(1);
}
mkdirSync(images, { recursive: true });
const demo = startDemo();
try {
  const service = await demo.ready;
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  try {
    await shootOverview(browser, service);
    await shootPages(browser, service.url);
  } finally {
    await browser.close();
  }
} finally {
  demo.stop();
}
