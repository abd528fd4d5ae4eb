import { summaryOf } from '../movies/listed-movie.js';
import type { CastEntry, CrewEntry, EnrichedMovie } from '../movies/movie-record.js';
import type { TmdbCastMember, TmdbCrewMember, TmdbMovie, TmdbVideo } from '../tmdb/schema/movie.js';

const CAST_SIZE = 10;
const CREW_SIZE = 30;
const SIMILAR_SIZE = 20;
/** `movies.trailer_key` is VARCHAR(100). */
const MAX_TRAILER_KEY_LENGTH = 100;

/** The jobs that are stored, in the order in which they are. */
const CREW_JOBS = [
  'Director',
  'Screenplay',
  'Writer',
  'Story',
  'Novel',
  'Producer',
  'Executive Producer',
  'Director of Photography',
  'Editor',
  'Original Music Composer',
];

/**
 * The record of a movie's details.
 * @param language TMDB_LANGUAGE, such as `en-US`; trailers in it are preferred
 */
export function enrichedMovie(movie: TmdbMovie, language: string): EnrichedMovie {
  return {
    ...summaryOf(movie),
    genres: movie.genres?.map(({ name }) => name) ?? null,
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
    trailerKey: trailerKey(movie.videos, language),
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
    const key = `${member.id} ${member.job}`;
    if (CREW_JOBS.includes(member.job) && !byPersonAndJob.has(key)) byPersonAndJob.set(key, member);
  }
  return [...byPersonAndJob.values()]
    .sort((a, b) => CREW_JOBS.indexOf(a.job) - CREW_JOBS.indexOf(b.job))
    .slice(0, CREW_SIZE)
    .map(({ id, name, job, department, profilePath }) => ({
      id,
      name,
      job,
      department,
      profile_path: profilePath,
    }));
}

function trailerKey(videos: readonly TmdbVideo[], language: string): string | null {
  const isoLanguage = language.slice(0, 2);
  const languageRank = (video: TmdbVideo): number => (video.language === isoLanguage ? 0 : 1);
  const [best] = videos
    .filter(
      (video) =>
        video.site === 'YouTube' && trailerRank(video) !== null && video.key.length <= MAX_TRAILER_KEY_LENGTH,
    )
    .sort(
      (a, b) =>
        (trailerRank(a) ?? 0) - (trailerRank(b) ?? 0) ||
        languageRank(a) - languageRank(b) ||
        (b.publishedAt ?? '').localeCompare(a.publishedAt ?? ''),
    );
  return best?.key ?? null;
}

/** 0 ranks first; null is not a trailer. */
function trailerRank(video: TmdbVideo): number | null {
  if (video.type === 'Trailer') return video.official ? 0 : 1;
  return video.type === 'Teaser' ? 2 : null;
}
