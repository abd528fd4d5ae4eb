import type { CastEntry, CrewEntry, EnrichedMovie } from '../movies/movie-record.js';
import type { TmdbCastMember, TmdbCrewMember, TmdbMovie, TmdbVideo } from '../tmdb/schema/movie.js';
import { summaryOf } from '../movies/listed-movie.js';

const CAST_SIZE = 10;
const CREW_SIZE = 30;
const SIMILAR_SIZE = 20;
/** `movies.trailer_key` is VARCHAR(100). */
const TRAILER_KEY_LENGTH = 100;

/** The crew that is kept, in the order in which it is. */
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

/** A movie's details as they are stored. `language` is the configured one, such as `en-US`. */
export function enrichedMovie(movie: TmdbMovie, language: string): EnrichedMovie {
  return {
    ...summaryOf(movie),
    genres: movie.genres?.map(({ name }) => name) ?? null,
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
  const kept = new Map<string, TmdbCrewMember>();
  for (const person of crew) {
    if (!CREW_JOBS.includes(person.job)) continue;
    const key = `${person.id} ${person.job}`;
    if (!kept.has(key)) kept.set(key, person);
  }
  return [...kept.values()]
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
  const spoken = language.slice(0, 2);
  const foreign = (video: TmdbVideo): number => (video.language === spoken ? 0 : 1);
  const [best] = videos
    .filter(
      (video) => video.site === 'YouTube' && kindOf(video) !== null && video.key.length <= TRAILER_KEY_LENGTH,
    )
    .sort(
      (a, b) =>
        (kindOf(a) ?? 0) - (kindOf(b) ?? 0) ||
        foreign(a) - foreign(b) ||
        (b.publishedAt ?? '').localeCompare(a.publishedAt ?? ''),
    );
  return best?.key ?? null;
}

/** 0 is what is wanted most; null is no trailer at all. */
function kindOf(video: TmdbVideo): number | null {
  if (video.type === 'Trailer') return video.official ? 0 : 1;
  return video.type === 'Teaser' ? 2 : null;
}
