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

/** Collects what a page reports as an error, violations of the content policy among it, and requests to other hosts. */
export function faultsOf(page: Page, origin: string): string[] {
  const faults: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(message.text());
  });
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('request', (request) => {
    if (!request.url().startsWith(origin) && !request.url().startsWith('data:')) faults.push(request.url());
  });
  return faults;
}

/** The accessibility rules that the page breaks, each with the elements. */
export async function accessibilityFaults(page: Page): Promise<string[]> {
  // As an expression of the debugger, which the content policy does not apply to.
  await page.evaluate(axe.source);
  const violations = await page.evaluate<AxeResults['violations']>(
    'axe.run().then(({ violations }) => violations)',
  );
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(', ')}`);
}
