import type { EnrichedMovie, ListedMovie } from '../../src/movies/movie-record.js';

/** A movie as a list describes it. */
export const LISTED: ListedMovie = {
  id: 550,
  title: 'Fight Club',
  originalTitle: 'Fight Club',
  originalLanguage: 'en',
  overview: 'A ticking-time-bomb insomniac …',
  releaseDate: '1999-10-15',
  voteAverage: 8.4,
  voteCount: 28_000,
  popularity: 70.5,
  posterUrl: 'https://image.tmdb.org/t/p/w500/p.jpg',
  backdropUrl: 'https://image.tmdb.org/t/p/w1280/b.jpg',
  genres: ['Drama', 'Thriller'],
  adult: false,
};

/** The same movie with its details. */
export const ENRICHED: EnrichedMovie = {
  ...LISTED,
  homepage: 'https://fightclub.example/',
  imdbId: 'tt0137523',
  status: 'Released',
  runtime: 139,
  budget: 63_000_000,
  revenue: 3_000_000_000,
  tagline: 'Mischief. Mayhem. Soap.',
  cast: [{ id: 819, name: 'Edward Norton', character: 'Narrator', profile_path: null, order: 0 }],
  crew: [{ id: 7467, name: 'David Fincher', job: 'Director', department: 'Directing', profile_path: null }],
  keywords: ['dual identity'],
  similarMovieIds: [680, 807],
  trailerKey: 'dfeUzm6KF4g',
  originCountry: ['US'],
  productionCompanies: [{ id: 508, name: 'Regency Enterprises', logo_path: '/r.png', origin_country: 'US' }],
  productionCountries: ['DE', 'US'],
  spokenLanguages: ['en'],
  collection: null,
  video: false,
  softcore: false,
  certification: 'R',
  alternativeTitles: [{ country: 'FR', title: 'Le Club de la bagarre', type: null }],
  translations: [],
  releases: [],
};
