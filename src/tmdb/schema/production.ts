import { MAX_ELEMENTS, objects } from './appended-part.js';
import {
  asCountry,
  asId,
  asImagePath,
  asLanguage,
  asList,
  asObject,
  asText,
  type JsonObject,
} from './json-values.js';

export interface TmdbCompany {
  readonly id: number;
  readonly name: string;
  readonly logoPath: string | null;
  /** ISO 3166-1 */
  readonly originCountry: string | null;
}

export interface TmdbCollection {
  readonly id: number;
  readonly name: string;
  readonly posterPath: string | null;
}

/** Where a movie comes from. A list is null when it is absent, which is not empty. */
export interface TmdbProduction {
  /** ISO 3166-1 */
  readonly originCountry: readonly string[] | null;
  readonly productionCompanies: readonly TmdbCompany[] | null;
  /** ISO 3166-1 */
  readonly productionCountries: readonly string[] | null;
  /** ISO 639-1 */
  readonly spokenLanguages: readonly string[] | null;
  readonly collection: TmdbCollection | null;
}

export function decodeProduction(movie: JsonObject): TmdbProduction {
  return {
    originCountry: codes(movie, 'origin_country', asCountry),
    productionCompanies: companies(movie),
    productionCountries: codes(movie, 'production_countries', (one) => asCountry(asObject(one)?.iso_3166_1)),
    spokenLanguages: codes(movie, 'spoken_languages', (one) => asLanguage(asObject(one)?.iso_639_1)),
    collection: collection(asObject(movie.belongs_to_collection)),
  };
}

function codes(movie: JsonObject, name: string, code: (one: unknown) => string | null): string[] | null {
  return asList(movie[name], name, MAX_ELEMENTS)?.flatMap((one) => code(one) ?? []) ?? null;
}

function companies(movie: JsonObject): TmdbCompany[] | null {
  const values = asList(movie.production_companies, 'production_companies', MAX_ELEMENTS);
  if (values === null) return null;
  return objects(values).flatMap((value) => {
    const id = asId(value.id);
    const name = asText(value.name);
    if (id === null || name === null) return [];
    return [
      { id, name, logoPath: asImagePath(value.logo_path), originCountry: asCountry(value.origin_country) },
    ];
  });
}

function collection(value: JsonObject | null): TmdbCollection | null {
  const id = asId(value?.id);
  const name = asText(value?.name);
  return id === null || name === null ? null : { id, name, posterPath: asImagePath(value?.poster_path) };
}
