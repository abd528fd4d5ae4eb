import type { ListedMovie } from '../movies/movie-records.js';
import type { TmdbListItem } from '../tmdb/wire/page.js';

const IMAGES = 'https://image.tmdb.org/t/p';

type Summary = Omit<TmdbListItem, 'index' | 'genreIds'>;

/**
 * A list item as it is stored. Without the names of all its genres the film's genres stay unknown, for half a list
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
export function summaryOf(film: Summary): Omit<ListedMovie, 'genres'> {
  return {
    id: film.id,
    title: film.title,
    originalTitle: film.originalTitle,
    originalLanguage: film.originalLanguage,
    overview: film.overview,
    releaseDate: film.releaseDate,
    voteAverage: film.voteAverage,
    voteCount: film.voteCount,
    popularity: film.popularity,
    posterUrl: film.posterPath === null ? null : `${IMAGES}/w500${film.posterPath}`,
    backdropUrl: film.backdropPath === null ? null : `${IMAGES}/w1280${film.backdropPath}`,
    adult: film.adult,
  };
}
