import type { TmdbListItem } from '../tmdb/schema/page.js';
import type { ListedMovie } from './movie-record.js';

const IMAGES = 'https://image.tmdb.org/t/p';

type Summary = Omit<TmdbListItem, 'index' | 'genreIds'>;

/** The record of a list item. Its genres are unknown unless all their names are: a part of them would erase the rest. */
export function listedMovie(item: TmdbListItem, genreNames: ReadonlyMap<number, string>): ListedMovie {
  const names = item.genreIds?.map((id) => genreNames.get(id));
  const known = names?.filter((name) => name !== undefined);
  return {
    ...summaryOf(item),
    genres: known === undefined || known.length < (names?.length ?? 0) ? null : known,
  };
}

/** The fields that lists and details have in common. */
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
