/** A movie as a list describes it. Null means unknown and never erases a stored value. */
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

/** An element of the JSONB column `cast`. */
export interface CastEntry {
  readonly id: number;
  readonly name: string;
  readonly character: string | null;
  readonly profile_path: string | null;
  readonly order: number;
}

/** An element of the JSONB column `crew`. */
export interface CrewEntry {
  readonly id: number;
  readonly name: string;
  readonly job: string;
  readonly department: string | null;
  readonly profile_path: string | null;
}

/** An element of the JSONB column `production_companies`. */
export interface CompanyEntry {
  readonly id: number;
  readonly name: string;
  readonly logo_path: string | null;
  /** ISO 3166-1 */
  readonly origin_country: string | null;
}

/** The JSONB column `collection`. */
export interface Collection {
  readonly id: number;
  readonly name: string;
  readonly poster_path: string | null;
}

/** An element of the JSONB column `alternative_titles`. */
export interface AlternativeTitle {
  /** ISO 3166-1 */
  readonly country: string;
  readonly title: string;
  readonly type: string | null;
}

/** A row of `movie_translations`. */
export interface Translation {
  /** ISO 639-1 */
  readonly language: string;
  /** ISO 3166-1 */
  readonly region: string;
  readonly title: string | null;
  readonly overview: string | null;
  readonly tagline: string | null;
  readonly homepage: string | null;
}

/** A row of `movie_releases`. */
export interface Release {
  /** ISO 3166-1 */
  readonly region: string;
  readonly type: number;
  /** `YYYY-MM-DD` */
  readonly date: string;
  readonly certification: string | null;
  readonly note: string | null;
}

/** A movie as its details describe it. Lists and the trailer are complete: they replace what is stored. */
export interface EnrichedMovie extends ListedMovie {
  readonly homepage: string | null;
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
  /** A YouTube key; null when there is no trailer. */
  readonly trailerKey: string | null;
  /** ISO 3166-1. Null, as for the next three: the list is unknown. */
  readonly originCountry: readonly string[] | null;
  readonly productionCompanies: readonly CompanyEntry[] | null;
  /** ISO 3166-1 */
  readonly productionCountries: readonly string[] | null;
  /** ISO 639-1 */
  readonly spokenLanguages: readonly string[] | null;
  readonly collection: Collection | null;
  readonly video: boolean | null;
  readonly softcore: boolean | null;
  readonly certification: string | null;
  readonly alternativeTitles: readonly AlternativeTitle[];
  /** Each language and region once. */
  readonly translations: readonly Translation[];
  /** Each region, type and date once. */
  readonly releases: readonly Release[];
}

/** Details with the start of the request that brought them; without it, the time of storing counts. */
export type FetchedMovie = EnrichedMovie & { readonly fetchedAt?: Date };

/** Which value is stored where an incoming value meets a stored one. */
export type Merge =
  /** The incoming value, unless it is null. */
  | 'unless-null'
  /** As `unless-null` until the movie is enriched; from then on only where no value is stored. */
  | 'unless-enriched'
  /** The incoming value, unless it is null or 0. */
  | 'unless-zero'
  /** The incoming array of names, unless it is null, empty, or holds the same names in another order. */
  | 'unless-same-names'
  /** The incoming value. */
  | 'replace';

export interface Column {
  /** Name in the table `movies`. */
  readonly name: string;
  /** PostgreSQL type. */
  readonly type: string;
  readonly merge: Merge;
  /** Whether a change moves `updated_at`. */
  readonly visible: boolean;
  /** Whether TMDB's change feed names a movie whose value changes. */
  readonly announced: boolean;
}

/** Columns by the field of the record that holds their value. */
type Columns<Movie> = Readonly<Record<Exclude<keyof Movie, 'id' | keyof typeof ENRICHED_TABLES>, Column>>;

/** A table that has a row for each element of a list. The elements have the names of its columns. */
export interface RowTable {
  readonly name: string;
  /** PostgreSQL types of the columns that are the key, with `movie_id`. */
  readonly key: Readonly<Record<string, string>>;
  /** PostgreSQL types of the other columns. */
  readonly values: Readonly<Record<string, string>>;
}

function column(name: string, type: string, merge: Merge): Column {
  return { name, type, merge, visible: true, announced: true };
}

function hiddenColumn(name: string, type: string, merge: Merge): Column {
  return { ...column(name, type, merge), visible: false };
}

/** Of a column that TMDB computes. */
function unannounced(computed: Column): Column {
  return { ...computed, announced: false };
}

/** The columns that a list update writes. */
export const LISTED_COLUMNS = {
  title: column('title', 'text', 'unless-null'),
  overview: column('overview', 'text', 'unless-null'),
  // With TMDB_REGION a list has the date of the region, and details have the first date of all regions.
  releaseDate: column('release_date', 'date', 'unless-enriched'),
  voteAverage: unannounced(column('vote_average', 'float8', 'unless-null')),
  voteCount: unannounced(column('vote_count', 'int', 'unless-zero')),
  popularity: unannounced(column('popularity', 'float8', 'unless-zero')),
  posterUrl: column('poster_url', 'text', 'unless-null'),
  backdropUrl: column('backdrop_url', 'text', 'unless-null'),
  originalLanguage: column('original_language', 'text', 'unless-null'),
  originalTitle: hiddenColumn('original_title', 'text', 'unless-null'),
  adult: hiddenColumn('adult', 'boolean', 'unless-null'),
  genres: column('genres', 'jsonb', 'unless-same-names'),
} satisfies Columns<ListedMovie>;

/** The columns that enrichment writes. */
export const ENRICHED_COLUMNS = {
  ...LISTED_COLUMNS,
  releaseDate: column('release_date', 'date', 'unless-null'),
  genres: column('genres', 'jsonb', 'unless-null'),
  cast: column('cast', 'jsonb', 'replace'),
  crew: column('crew', 'jsonb', 'replace'),
  keywords: column('keywords', 'jsonb', 'replace'),
  runtime: column('runtime', 'int', 'unless-null'),
  budget: column('budget', 'bigint', 'unless-null'),
  revenue: column('revenue', 'bigint', 'unless-null'),
  tagline: column('tagline', 'text', 'unless-null'),
  similarMovieIds: unannounced(hiddenColumn('similar_movie_ids', 'jsonb', 'replace')),
  trailerKey: column('trailer_key', 'varchar(100)', 'replace'),
  homepage: column('homepage', 'text', 'unless-null'),
  originCountry: column('origin_country', 'jsonb', 'unless-null'),
  productionCompanies: column('production_companies', 'jsonb', 'unless-null'),
  productionCountries: column('production_countries', 'jsonb', 'unless-null'),
  spokenLanguages: column('spoken_languages', 'jsonb', 'unless-null'),
  collection: column('collection', 'jsonb', 'unless-null'),
  video: column('video', 'boolean', 'unless-null'),
  softcore: column('softcore', 'boolean', 'unless-null'),
  certification: column('certification', 'text', 'unless-null'),
  alternativeTitles: column('alternative_titles', 'jsonb', 'replace'),
  imdbId: hiddenColumn('imdb_id', 'text', 'unless-null'),
  status: hiddenColumn('status', 'text', 'unless-null'),
} satisfies Columns<EnrichedMovie>;

/** The tables that enrichment writes beside `movies`, by the field of the record that holds their rows. */
export const ENRICHED_TABLES = {
  translations: {
    name: 'movie_translations',
    key: { language: 'text', region: 'text' },
    values: { title: 'text', overview: 'text', tagline: 'text', homepage: 'text' },
  },
  releases: {
    name: 'movie_releases',
    key: { region: 'text', type: 'smallint', date: 'date' },
    values: { certification: 'text', note: 'text' },
  },
} satisfies Readonly<Partial<Record<keyof EnrichedMovie, RowTable>>>;

/** A movie whose details could not be fetched or stored, at least twice in a row. */
export interface FailingMovie {
  readonly id: number;
  readonly title: string | null;
  /** Failures in a row. */
  readonly failures: number;
  readonly triedAt: Date | null;
  /** The movie is not due before this time. */
  readonly retryAt: Date | null;
  /** When TMDB was first found not to know the id any more; null while it knows it. */
  readonly goneAt: Date | null;
}

/** A movie that TMDB no longer has. */
export interface GoneMovie {
  readonly id: number;
  /** When it was found to be gone. */
  readonly goneAt: Date;
}

export interface GonePage {
  /** The last id of the page before; 0: the first page. */
  readonly after: number;
  /** Only movies that are gone since then; null: all. */
  readonly since: Date | null;
  readonly limit: number;
}
