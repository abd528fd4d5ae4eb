import { computed, signal } from '@preact/signals';

/** Where `/ui/` ends; Vite's `base`. */
const BASE = import.meta.env.BASE_URL.replace(/\/$/, '');

interface Address {
  /** Below the base, such as `/runs/42`. */
  readonly path: string;
  readonly query: URLSearchParams;
}

const current = signal(read());

/** Grows with each navigation to another page, but not with a change of the query. */
export const visits = signal(0);

export const path = computed(() => current.value.path);
export const query = computed(() => current.value.query);

function read(): Address {
  const { pathname, search } = window.location;
  const below = pathname.startsWith(BASE) ? pathname.slice(BASE.length) : pathname;
  return { path: below.replace(/\/+$/, '') || '/', query: new URLSearchParams(search) };
}

/** The address of a page for `<a href>`; parameters without a value are left out. */
export function href(
  to: string,
  parameters: Readonly<Record<string, string | null | undefined>> = {},
): string {
  const given = Object.entries(parameters).filter(
    ([, value]) => value !== null && value !== undefined && value !== '',
  );
  const search = new URLSearchParams(given as [string, string][]).toString();
  return `${BASE}${to}${search === '' ? '' : `?${search}`}`;
}

/** Opens a page of the dashboard, as a link would. */
export function navigate(to: string, parameters: Parameters<typeof href>[1] = {}): void {
  show(href(to, parameters), 'push');
}

/** Changes filters in the address: null removes one. Filters add no entry to the history. */
export function setQuery(change: Readonly<Record<string, string | null>>): void {
  const next = { ...Object.fromEntries(current.value.query), ...change };
  show(href(current.value.path, next), 'replace');
}

function show(address: string, how: 'push' | 'replace'): void {
  const before = current.value.path;
  if (how === 'push') window.history.pushState(null, '', address);
  else window.history.replaceState(null, '', address);
  arrive(before);
}

function arrive(before: string): void {
  current.value = read();
  if (current.value.path === before) return;
  visits.value += 1;
  window.scrollTo(0, 0);
}

/** The parameters of a path such as `/runs/:id`; null where it does not match. */
export function match(pattern: string, of: string): Readonly<Record<string, string>> | null {
  const expected = pattern.split('/');
  const given = of.split('/');
  if (expected.length !== given.length) return null;
  const parameters: Record<string, string> = {};
  for (const [index, part] of expected.entries()) {
    const value = given[index] ?? '';
    if (part.startsWith(':')) parameters[part.slice(1)] = decodeURIComponent(value);
    else if (part !== value) return null;
  }
  return parameters;
}

/** Lets links to pages of the dashboard change the page without loading it. */
export function interceptLinks(): void {
  document.addEventListener('click', (event) => {
    const link = event.target instanceof Element ? event.target.closest('a') : null;
    const isPlain = event.button === 0 && !(event.metaKey || event.ctrlKey || event.shiftKey || event.altKey);
    if (link === null || !isPlain || event.defaultPrevented) return;
    const isOwn = link.origin === window.location.origin && `${link.pathname}/`.startsWith(`${BASE}/`);
    if (!isOwn || link.target !== '' || link.hasAttribute('download') || link.hash !== '') return;
    event.preventDefault();
    show(link.href, 'push');
  });
  window.addEventListener('popstate', () => {
    arrive(current.value.path);
  });
}
