import { summaryOf } from '../movies/listed-movie.js';
import type { TmdbConfig } from '../config/app-config.js';
import type { CastEntry, CrewEntry, EnrichedMovie, Release } from '../movies/movie-record.js';
import type { TmdbRelease } from '../tmdb/schema/localized-parts.js';
import type { TmdbCastMember, TmdbCrewMember, TmdbMovie, TmdbVideo } from '../tmdb/schema/movie.js';

const CAST_SIZE = 10;
const SIMILAR_SIZE = 20;
/** A trailer that is published later than this after the release is a new cut, such as that of an anniversary. */
const TRAILER_DEADLINE_MS = 7 * 86_400_000;

const CREW_SIZE = 40;
const MAX_PRODUCERS = 10;

/** The jobs that are stored, in the order in which they are. */
const CREW_JOBS = [
  ...['Director', 'Co-Director'],
  ...['Screenplay', 'Writer', 'Story', 'Novel', 'Book', 'Comic Book', 'Graphic Novel', 'Short Story'],
  ...['Original Story', 'Author', 'Theatre Play', 'Characters'],
  ...['Producer', 'Executive Producer'],
  'Director of Photography',
  'Editor',
  ...['Original Music Composer', 'Music'],
  ...['Production Design', 'Casting', 'Costume Design'],
];
const JOB_RANKS: ReadonlyMap<string, number> = new Map(CREW_JOBS.map((job, rank) => [job, rank]));

/** A limited release is the only one in cinemas of some movies. Premieres and discs are often rated differently. */
const CERTIFYING_TYPES = [3, 2];

export type Regions = Pick<TmdbConfig, 'certificationRegion' | 'releaseRegions'>;

/**
 * The record of a movie's details.
 * @param language TMDB_LANGUAGE, such as `en-US`; trailers in it are preferred
 */
export function enrichedMovie(movie: TmdbMovie, language: string, regions: Regions): EnrichedMovie {
  return {
    ...summaryOf(movie),
    genres: movie.genres,
    homepage: movie.homepage,
    imdbId: movie.imdbId,
    status: movie.status,
    runtime: movie.runtime,
    budget: movie.budget,
    revenue: movie.revenue,
    tagline: movie.tagline,
    cast: topCast(movie.cast),
    crew: keyCrew(movie.crew),
    keywords: movie.keywords,
    similarMovieIds: [...new Set(movie.similarIds)].slice(0, SIMILAR_SIZE),
    trailerKey: trailerKey(movie, language),
    originCountry: movie.originCountry,
    productionCompanies:
      movie.productionCompanies?.map(({ id, name, logoPath, originCountry }) => ({
        id,
        name,
        logo_path: logoPath,
        origin_country: originCountry,
      })) ?? null,
    productionCountries: movie.productionCountries,
    spokenLanguages: movie.spokenLanguages,
    collection:
      movie.collection === null
        ? null
        : { id: movie.collection.id, name: movie.collection.name, poster_path: movie.collection.posterPath },
    video: movie.video,
    softcore: movie.softcore,
    certification: certification(movie.releases, regions.certificationRegion),
    alternativeTitles: movie.alternativeTitles,
    translations: unique(movie.translations, ({ language, region }) => `${language}-${region}`),
    releases: releasesIn(movie.releases, regions.releaseRegions),
  };
}

function topCast(cast: readonly TmdbCastMember[]): CastEntry[] {
  return [...cast]
    .sort((a, b) => a.order - b.order)
    .slice(0, CAST_SIZE)
    .map(({ id, name, character, profilePath, order }) => ({
      id,
      name,
      character,
      profile_path: profilePath,
      order,
    }));
}

function keyCrew(crew: readonly TmdbCrewMember[]): CrewEntry[] {
  const byPersonAndJob = new Map<string, TmdbCrewMember>();
  for (const member of crew) {
    if (!JOB_RANKS.has(member.job)) continue;
    const key = `${member.id} ${member.job}`;
    if (!byPersonAndJob.has(key)) byPersonAndJob.set(key, member);
  }
  const rankOf = ({ job }: TmdbCrewMember): number => JOB_RANKS.get(job) ?? CREW_JOBS.length;
  let producers = 0;
  return [...byPersonAndJob.values()]
    .sort((a, b) => rankOf(a) - rankOf(b))
    .filter(({ job }) => !job.endsWith('Producer') || ++producers <= MAX_PRODUCERS)
    .slice(0, CREW_SIZE)
    .map(({ id, name, job, department, profilePath }) => ({
      id,
      name,
      job,
      department,
      profile_path: profilePath,
    }));
}

/** The best by kind, then by language, then by when it was published. */
function trailerKey({ videos, releaseDate }: TmdbMovie, language: string): string | null {
  const isoLanguage = language.slice(0, 2);
  const rankOf = (video: TmdbVideo): number =>
    2 * (trailerRank(video) ?? 0) + (video.language === isoLanguage ? 0 : 1);
  const trailers = videos.filter((video) => video.site === 'YouTube' && trailerRank(video) !== null);
  const bestRank = Math.min(...trailers.map(rankOf));
  const equals = trailers.filter((video) => rankOf(video) === bestRank);
  return ofRelease(equals, releaseDate)?.key ?? null;
}

/** The last one published up to a week after the release, else the oldest. */
function ofRelease(videos: readonly TmdbVideo[], releaseDate: string | null): TmdbVideo | undefined {
  const publishedMs = (video: TmdbVideo): number => video.publishedMs ?? Number.MAX_SAFE_INTEGER;
  const oldestFirst = [...videos].sort((a, b) => publishedMs(a) - publishedMs(b));
  if (releaseDate === null) return oldestFirst[0];
  const deadlineMs = Date.parse(releaseDate) + TRAILER_DEADLINE_MS;
  const [last] = oldestFirst
    .filter((video) => publishedMs(video) <= deadlineMs)
    .sort((a, b) => publishedMs(b) - publishedMs(a));
  return last ?? oldestFirst[0];
}

/** 0 ranks first; null is not a trailer. */
function trailerRank(video: TmdbVideo): number | null {
  if (video.type === 'Trailer') return video.official ? 0 : 1;
  return video.type === 'Teaser' ? 2 : null;
}

/** That of the theatrical release, else of a limited one, else of any other; of equals the earliest. */
function certification(releases: readonly TmdbRelease[], region: string): string | null {
  const rankOf = ({ type }: TmdbRelease): number =>
    CERTIFYING_TYPES.includes(type) ? CERTIFYING_TYPES.indexOf(type) : CERTIFYING_TYPES.length;
  const [best] = releases
    .filter((release) => release.region === region && release.certification !== null)
    .sort((a, b) => rankOf(a) - rankOf(b) || Date.parse(a.date) - Date.parse(b.date));
  return best?.certification ?? null;
}

/** TMDB lists a release once for each language, mostly with one certification. One with a certification goes first. */
function releasesIn(releases: readonly TmdbRelease[], regions: readonly string[]): Release[] {
  const chosen = releases.filter(({ region }) => regions.includes(region));
  const certified = chosen.filter((release) => release.certification !== null);
  return unique([...certified, ...chosen], ({ region, type, date }) => `${region} ${type} ${date}`);
}

/** The first element of each key. */
function unique<T>(elements: readonly T[], keyOf: (element: T) => string): T[] {
  if (elements.length < 2) return [...elements];
  const byKey = new Map<string, T>();
  for (const element of elements) {
    const key = keyOf(element);
    if (!byKey.has(key)) byKey.set(key, element);
  }
  return [...byKey.values()];
}
