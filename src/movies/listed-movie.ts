import type { ListedMovie } from './movie-record.js';
import type { TmdbListItem } from '../tmdb/schema/page.js';

const IMAGES = 'https://image.tmdb.org/t/p';

type Summary = Omit<TmdbListItem, 'index' | 'genreIds'>;

/**
 * A list item as it is stored. Without the names of all its genres the movie's genres stay unknown, for half a list
 * would erase the other half.
 */
export function listedMovie(item: TmdbListItem, genreNames: ReadonlyMap<number, string>): ListedMovie {
  const names = item.genreIds?.map((id) => genreNames.get(id));
  const known = names?.filter((name) => name !== undefined);
  return {
    ...summaryOf(item),
    genres: known === undefined || known.length < (names?.length ?? 0) ? null : known,
  };
}

/** What lists and details say alike. 0 votes are a fact; a rating of 0 with them only says that nobody voted. */
export function summaryOf(movie: Summary): Omit<ListedMovie, 'genres'> {
  return {
    id: movie.id,
    title: movie.title,
    originalTitle: movie.originalTitle,
    originalLanguage: movie.originalLanguage,
    overview: movie.overview,
    releaseDate: movie.releaseDate,
    voteAverage: movie.voteAverage,
    voteCount: movie.voteCount,
    popularity: movie.popularity,
    posterUrl: movie.posterPath === null ? null : `${IMAGES}/w500${movie.posterPath}`,
    backdropUrl: movie.backdropPath === null ? null : `${IMAGES}/w1280${movie.backdropPath}`,
    adult: movie.adult,
  };
}
