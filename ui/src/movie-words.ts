import type { MovieDto } from './generated/types.gen';

/** How values of movies are written. */

const dates = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeZone: 'UTC' });
const dollars = new Intl.NumberFormat(undefined, {
  style: 'currency',
  currency: 'USD',
  maximumFractionDigits: 0,
});
const languages = new Intl.DisplayNames(undefined, { type: 'language' });
const regions = new Intl.DisplayNames(undefined, { type: 'region' });

/** `Oct 15, 1999` of `1999-10-15`: a day without a zone. */
export const dayOf = (date: string): string => dates.format(new Date(date));

/** `$63,000,000` */
export const money = (amount: number): string => dollars.format(amount);

/** `2 h 19 min` */
export function runtime(minutes: number): string {
  if (minutes < 60) return `${minutes} min`;
  return minutes % 60 === 0 ? `${minutes / 60} h` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** TMDB's code of Cantonese, which ISO 639-1 does not have. */
const CANTONESE = 'cn';

/** `English` of `en`; the code itself where it has no name. */
export const languageName = (code: string): string =>
  named(languages, code === CANTONESE ? 'yue' : code) ?? code;

/** `Germany` of `DE` */
export const countryName = (code: string): string => named(regions, code) ?? code;

function named(names: Intl.DisplayNames, code: string): string | undefined {
  try {
    return names.of(code);
  } catch {
    // It is not of the form of a code.
    return undefined;
  }
}

export const movieTitle = ({ id, title }: Pick<MovieDto, 'id' | 'title'>): string => title ?? `Movie ${id}`;
