import type { EnrichedMovie, ListedMovie } from './movie-record.js';

/** A movie as the upsert statements take it: an object with one key a column. */
export type MovieRow = Readonly<Record<string, unknown>> & { readonly id: number };

export function listedRow(movie: ListedMovie): MovieRow {
  return {
    id: movie.id,
    title: movie.title,
    overview: movie.overview,
    release_date: movie.releaseDate,
    vote_average: movie.voteAverage,
    vote_count: movie.voteCount,
    popularity: movie.popularity,
    poster_url: movie.posterUrl,
    backdrop_url: movie.backdropUrl,
    original_language: movie.originalLanguage,
    original_title: movie.originalTitle,
    adult: movie.adult,
    // Left out rather than null: JSON's null would be a value of its own in a JSONB column.
    genres: movie.genres ?? undefined,
  };
}

export function enrichedRow(movie: EnrichedMovie): MovieRow {
  const row = listedRow(movie);
  return Object.assign(row, {
    cast: movie.cast,
    crew: movie.crew,
    keywords: movie.keywords,
    runtime: movie.runtime,
    budget: movie.budget,
    revenue: movie.revenue,
    tagline: movie.tagline,
    similar_movie_ids: movie.similarMovieIds,
    trailer_key: movie.trailerKey,
    imdb_id: movie.imdbId,
    status: movie.status,
  });
}
