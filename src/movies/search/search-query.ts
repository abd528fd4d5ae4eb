import { normaliseTitle, titleForms } from './normalise-title.js';

/** One reading of what was typed. */
export interface SearchForm {
  /** Normalised. */
  readonly title: string;
  /** Of the release; null: any. */
  readonly year: number | null;
}

/** From Passage de Vénus, the oldest movie that TMDB has. */
const FIRST_YEAR = 1874;
const LAST_YEAR = 2100;
const TRAILING_YEAR = /^(.*\S)\s*[\s(\[](\d{4})[)\]]?\s*$/su;

/** All readings: as typed, without the leading article, and with the last word as the year. The likelier come first. */
export function searchForms(query: string, year: number | null): readonly SearchForm[] {
  const forms = titleForms(query).map((title) => ({ title, year }));
  const trailing = year === null ? trailingYear(query) : null;
  if (trailing === null) return forms;
  return [...forms, ...titleForms(trailing.query).map((title) => ({ title, year: trailing.year }))];
}

/** The readings to look for with typos. */
export function typoForms(query: string, year: number | null): readonly SearchForm[] {
  const trailing = year === null ? trailingYear(query) : null;
  const forms = [{ title: normaliseTitle(query), year }];
  if (trailing !== null) forms.push({ title: normaliseTitle(trailing.query), year: trailing.year });
  return forms.filter(({ title }) => title !== '');
}

function trailingYear(query: string): { readonly query: string; readonly year: number } | null {
  const [, rest, digits] = TRAILING_YEAR.exec(query.normalize('NFKC')) ?? [];
  const year = Number(digits);
  return rest !== undefined && year >= FIRST_YEAR && year <= LAST_YEAR ? { query: rest, year } : null;
}
