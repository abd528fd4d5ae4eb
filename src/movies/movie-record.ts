/** What a list says of a movie. Null: unknown, which never erases what is stored. */
export interface ListedMovie {
  readonly id: number;
  readonly title: string | null;
  readonly originalTitle: string | null;
  readonly originalLanguage: string | null;
  readonly overview: string | null;
  /** `YYYY-MM-DD` */
  readonly releaseDate: string | null;
  readonly voteAverage: number | null;
  readonly voteCount: number | null;
  readonly popularity: number | null;
  readonly posterUrl: string | null;
  readonly backdropUrl: string | null;
  /** Names. */
  readonly genres: readonly string[] | null;
  readonly adult: boolean | null;
}

/** As it is stored in the JSONB column `cast`. */
export interface CastEntry {
  readonly id: number;
  readonly name: string;
  readonly character: string | null;
  readonly profile_path: string | null;
  readonly order: number;
}

/** As it is stored in the JSONB column `crew`. */
export interface CrewEntry {
  readonly id: number;
  readonly name: string;
  readonly job: string;
  readonly department: string | null;
  readonly profile_path: string | null;
}

/** What a movie's details say of it: the whole truth for its lists and the trailer. */
export interface EnrichedMovie extends ListedMovie {
  readonly imdbId: string | null;
  readonly status: string | null;
  /** Minutes. */
  readonly runtime: number | null;
  /** US dollars. */
  readonly budget: number | null;
  /** US dollars. */
  readonly revenue: number | null;
  readonly tagline: string | null;
  readonly cast: readonly CastEntry[];
  readonly crew: readonly CrewEntry[];
  readonly keywords: readonly string[];
  readonly similarMovieIds: readonly number[];
  /** A YouTube key, or null where there is no trailer. */
  readonly trailerKey: string | null;
}

/** A movie whose details could not be had or stored, at least twice in a row. */
export interface FailingMovie {
  readonly id: number;
  readonly title: string | null;
  /** In a row. */
  readonly failures: number;
  readonly triedAt: Date | null;
  /** Not due before then. */
  readonly retryAt: Date | null;
  /** TMDB no longer knows it since then. */
  readonly goneAt: Date | null;
}
