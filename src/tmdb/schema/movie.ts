import { part } from './appended-part.js';
import { MAX_GENRES } from './genres.js';
import {
  asAmount,
  asBoolean,
  asCount,
  asId,
  asImagePath,
  asInstant,
  asList,
  asMatch,
  asObject,
  asText,
  type JsonObject,
  MAX_INT4,
} from './json-values.js';
import {
  decodeAlternativeTitles,
  decodeReleases,
  decodeTranslations,
  type DetailsScope,
  type TmdbAlternativeTitle,
  type TmdbRelease,
  type TmdbTranslation,
} from './localized-parts.js';
import { decodeSummary, type TmdbListItem } from './page.js';
import { decodeProduction, type TmdbProduction } from './production.js';
import { UnusableBodyError } from './unusable-body-error.js';

/** The largest cast and crew have about 1,000. */
const MAX_PEOPLE = 5_000;

const IMDB_ID = /^tt\d{1,20}$/;
/** Of YouTube and Vimeo, which are all the sites that TMDB has. */
const VIDEO_KEY = /^[\w-]{6,20}$/;

export interface TmdbCastMember {
  readonly id: number;
  readonly name: string;
  readonly character: string | null;
  readonly profilePath: string | null;
  /** Position in the billing, from 0. */
  readonly order: number;
}

export interface TmdbCrewMember {
  readonly id: number;
  readonly name: string;
  readonly job: string;
  readonly department: string | null;
  readonly profilePath: string | null;
}

export interface TmdbVideo {
  readonly key: string;
  readonly site: string;
  readonly type: string;
  readonly official: boolean;
  /** ISO 639-1 */
  readonly language: string | null;
  /** Milliseconds since 1970. */
  readonly publishedMs: number | null;
}

/** A movie's details with its appended parts. */
export interface TmdbMovie extends Omit<TmdbListItem, 'index' | 'genreIds'>, TmdbProduction {
  /** Names; null when TMDB does not name each genre, as in languages without names of genres. */
  readonly genres: readonly string[] | null;
  readonly runtime: number | null;
  readonly budget: number | null;
  readonly revenue: number | null;
  readonly tagline: string | null;
  readonly homepage: string | null;
  readonly imdbId: string | null;
  readonly status: string | null;
  /** Whether TMDB counts it as a video rather than a movie. */
  readonly video: boolean | null;
  readonly softcore: boolean | null;
  readonly cast: readonly TmdbCastMember[];
  readonly crew: readonly TmdbCrewMember[];
  readonly keywords: readonly string[];
  readonly videos: readonly TmdbVideo[];
  readonly similarIds: readonly number[];
  readonly alternativeTitles: readonly TmdbAlternativeTitle[];
  readonly releases: readonly TmdbRelease[];
  readonly translations: readonly TmdbTranslation[];
}

/**
 * Decodes `/movie/{id}` with the appended parts credits, keywords, videos, similar, alternative_titles, release_dates
 * and, if the scope has languages, translations. Leaves out list items that lack a required value.
 * @throws UnusableBodyError when the body is not a movie, or lacks an appended part: absent is not empty
 */
export function decodeMovie(body: unknown, scope: DetailsScope): TmdbMovie {
  const movie = asObject(body);
  const id = asId(movie?.id);
  if (movie === null || id === null) throw new UnusableBodyError('it is not a movie');
  return {
    ...decodeSummary(movie),
    id,
    genres: genreNames(asList(movie.genres, 'genres', MAX_GENRES)),
    runtime: asAmount(movie.runtime),
    budget: asAmount(movie.budget, Number.MAX_SAFE_INTEGER),
    revenue: asAmount(movie.revenue, Number.MAX_SAFE_INTEGER),
    tagline: asText(movie.tagline),
    homepage: asText(movie.homepage),
    imdbId: asMatch(movie.imdb_id, IMDB_ID),
    status: asText(movie.status),
    ...decodeProduction(movie),
    video: asBoolean(movie.video),
    softcore: asBoolean(movie.softcore),
    cast: part(movie, 'credits', 'cast', MAX_PEOPLE).flatMap(castMember),
    crew: part(movie, 'credits', 'crew', MAX_PEOPLE).flatMap(crewMember),
    keywords: part(movie, 'keywords', 'keywords').flatMap((keyword) => asText(keyword.name) ?? []),
    videos: part(movie, 'videos', 'results').flatMap(video),
    similarIds: part(movie, 'similar', 'results').flatMap((similar) => asId(similar.id) ?? []),
    alternativeTitles: decodeAlternativeTitles(movie),
    releases: decodeReleases(movie, scope),
    translations: decodeTranslations(movie, scope),
  };
}

function genreNames(genres: readonly unknown[] | null): string[] | null {
  const names = genres?.map((genre) => asText(asObject(genre)?.name)) ?? [null];
  return names.every((name) => name !== null) ? names : null;
}

function castMember(person: JsonObject): TmdbCastMember[] {
  const id = asId(person.id);
  const name = asText(person.name);
  if (id === null || name === null) return [];
  return [
    {
      id,
      name,
      character: asText(person.character),
      profilePath: asImagePath(person.profile_path),
      order: asCount(person.order) ?? MAX_INT4,
    },
  ];
}

function crewMember(person: JsonObject): TmdbCrewMember[] {
  const id = asId(person.id);
  const name = asText(person.name);
  const job = asText(person.job);
  if (id === null || name === null || job === null) return [];
  return [
    { id, name, job, department: asText(person.department), profilePath: asImagePath(person.profile_path) },
  ];
}

function video(value: JsonObject): TmdbVideo[] {
  const key = asMatch(value.key, VIDEO_KEY);
  const site = asText(value.site);
  const type = asText(value.type);
  if (key === null || site === null || type === null) return [];
  return [
    {
      key,
      site,
      type,
      official: asBoolean(value.official) ?? false,
      language: asText(value.iso_639_1),
      publishedMs: asInstant(value.published_at),
    },
  ];
}
