import { objects, part } from './appended-part.js';
import {
  asAmount,
  asCountry,
  asDate,
  asLanguage,
  asList,
  asObject,
  asText,
  type JsonObject,
} from './json-values.js';

/** ISO 3166-1 has 249 countries; TMDB has some former ones too. */
const MAX_COUNTRIES = 400;
const MAX_RELEASES_OF_COUNTRY = 200;
const MAX_TYPE = 100;

/** Which of the releases and translations in a body are decoded: most movies have a few dozen of both. */
export interface DetailsScope {
  /** Countries by their ISO 3166-1 codes. */
  readonly regions: ReadonlySet<string>;
  /** `de` is German of every country, `pt-BR` only that of Brazil. Empty: the body has no translations. */
  readonly languages: ReadonlySet<string>;
}

export interface TmdbAlternativeTitle {
  /** ISO 3166-1 */
  readonly country: string;
  readonly title: string;
  /** Such as `working title`; null for an ordinary one. */
  readonly type: string | null;
}

export interface TmdbRelease {
  /** ISO 3166-1 */
  readonly region: string;
  /** 1 premiere, 2 limited, 3 theatrical, 4 digital, 5 physical, 6 TV. */
  readonly type: number;
  /** `YYYY-MM-DD` */
  readonly date: string;
  readonly certification: string | null;
  readonly note: string | null;
}

export interface TmdbTranslation {
  /** ISO 639-1 */
  readonly language: string;
  /** ISO 3166-1 */
  readonly region: string;
  /** Null where it is that of the original. */
  readonly title: string | null;
  readonly overview: string | null;
  readonly tagline: string | null;
  readonly homepage: string | null;
}

export function decodeAlternativeTitles(movie: JsonObject): TmdbAlternativeTitle[] {
  return part(movie, 'alternative_titles', 'titles').flatMap((value) => {
    const country = asCountry(value.iso_3166_1);
    const title = asText(value.title);
    return country === null || title === null ? [] : [{ country, title, type: asText(value.type) }];
  });
}

export function decodeReleases(movie: JsonObject, { regions }: DetailsScope): TmdbRelease[] {
  return part(movie, 'release_dates', 'results', MAX_COUNTRIES).flatMap((country) => {
    const region = asCountry(country.iso_3166_1);
    if (region === null || !regions.has(region)) return [];
    const dates = asList(country.release_dates, `release_dates of ${region}`, MAX_RELEASES_OF_COUNTRY) ?? [];
    return objects(dates).flatMap((value) => release(region, value));
  });
}

/** TMDB sends the day of a release as an instant: `2010-12-10T00:00:00.000Z`. */
function release(region: string, value: JsonObject): TmdbRelease[] {
  const type = asAmount(value.type, MAX_TYPE);
  const date = asDate(asText(value.release_date)?.slice(0, 10));
  if (type === null || date === null) return [];
  return [{ region, type, date, certification: asText(value.certification), note: asText(value.note) }];
}

/** Leaves out translations without any text. */
export function decodeTranslations(movie: JsonObject, { languages }: DetailsScope): TmdbTranslation[] {
  if (languages.size === 0) return [];
  return part(movie, 'translations', 'translations').flatMap((value) => {
    const language = asLanguage(value.iso_639_1);
    const region = asCountry(value.iso_3166_1);
    if (language === null || region === null) return [];
    if (!languages.has(language) && !languages.has(`${language}-${region}`)) return [];
    const data = asObject(value.data);
    const texts = {
      title: asText(data?.title),
      overview: asText(data?.overview),
      tagline: asText(data?.tagline),
      homepage: asText(data?.homepage),
    };
    return Object.values(texts).some((text) => text !== null) ? [{ language, region, ...texts }] : [];
  });
}
