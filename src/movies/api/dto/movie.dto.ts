import { ApiProperty, ApiPropertyOptional, type ApiPropertyOptions } from '@nestjs/swagger';
import type { MovieField } from '../../reader/movie-fields.js';
import type { MovieRow } from '../../reader/movie-reader.repository.js';
import {
  AlternativeTitleDto,
  CastMemberDto,
  CollectionDto,
  CompanyDto,
  CrewMemberDto,
  ListPlaceDto,
  ReleaseDto,
  TranslationDto,
} from './movie-parts.dto.js';
import { entry, entries, numbers, type Reader, texts } from './stored-values.js';

/** Fields are absent where `fields` leaves them out. */
function Field(options: ApiPropertyOptions): PropertyDecorator {
  return ApiPropertyOptional({ nullable: true, ...options });
}

const string = (description: string, example: string): ApiPropertyOptions => ({
  ...{ type: String, description, example },
});
const number = (description: string, example: number): ApiPropertyOptions => ({
  ...{ type: Number, description, example },
});
const time = (description: string): ApiPropertyOptions => ({
  ...{ type: String, format: 'date-time', description, example: '2026-09-01T03:00:04.512Z' },
});
const names = (description: string, example: string[]): ApiPropertyOptions => ({
  ...{ type: [String], description, example },
});

/** A movie. Null means unknown; what only details contain is null until they have been fetched. */
export class MovieDto {
  @ApiProperty({ type: 'integer', description: "TMDB's id.", example: 550 })
  id!: number;

  @Field(string('In the language of `TMDB_LANGUAGE`.', 'Fight Club'))
  title?: string | null;

  @Field(string('In the original language.', 'Fight Club'))
  original_title?: string | null;

  @Field(string('ISO 639-1 code.', 'en'))
  original_language?: string | null;

  @Field(string('Summary.', 'A ticking-time-bomb insomniac …'))
  overview?: string | null;

  @Field({ ...string('Day of the first release.', '1999-10-15'), format: 'date' })
  release_date?: string | null;

  @Field(number('Minutes.', 139))
  runtime?: number | null;

  @Field(names('Names of genres.', ['Drama', 'Thriller']))
  genres?: string[] | null;

  @Field(string('Age rating in the country of `TMDB_REGION`, else of the US.', 'R'))
  certification?: string | null;

  @Field(number("TMDB's score.", 70.5))
  popularity?: number | null;

  @Field(number('From 0 to 10; null without votes.', 8.4))
  vote_average?: number | null;

  @Field(number('Votes.', 28_000))
  vote_count?: number | null;

  @Field(string("TMDB's path of the poster.", '/pB8BM7pdSp6B6Ih7QZ4DrQ3PmJK.jpg'))
  poster_path?: string | null;

  @Field(
    string('The poster, 500 pixels wide.', 'https://image.tmdb.org/t/p/w500/pB8BM7pdSp6B6Ih7QZ4DrQ3PmJK.jpg'),
  )
  poster_url?: string | null;

  @Field(string("TMDB's path of the backdrop.", '/hZkgoQYus5vegHoetLkCJzb17zJ.jpg'))
  backdrop_path?: string | null;

  @Field(
    string(
      'The backdrop, 1280 pixels wide.',
      'https://image.tmdb.org/t/p/w1280/hZkgoQYus5vegHoetLkCJzb17zJ.jpg',
    ),
  )
  backdrop_url?: string | null;

  @Field({ type: Boolean, description: 'Whether TMDB marks it as adult.', example: false })
  adult?: boolean | null;

  @Field({ ...time('The last visible change.'), nullable: false })
  updated_at?: string;

  @Field(time('Since when TMDB no longer has it; null: TMDB has it.'))
  gone_at?: string | null;

  @Field(string('Slogan.', 'Mischief. Mayhem. Soap.'))
  tagline?: string | null;

  @Field(string('Such as Released or Planned.', 'Released'))
  status?: string | null;

  @Field(string('The id at IMDb.', 'tt0137523'))
  imdb_id?: string | null;

  @Field(string('URL of the website.', 'https://www.foxmovies.com/movies/fight-club'))
  homepage?: string | null;

  @Field(number('US dollars.', 63_000_000))
  budget?: number | null;

  @Field(number('US dollars.', 100_853_753))
  revenue?: number | null;

  @Field(names('Keywords.', ['dual identity', 'insomnia']))
  keywords?: string[] | null;

  @Field({ type: [CastMemberDto], description: 'The first ten in billing order.' })
  cast?: CastMemberDto[] | null;

  @Field({ type: [CrewMemberDto], description: 'At most 40 of the main jobs, directors first.' })
  crew?: CrewMemberDto[] | null;

  @Field(string('YouTube key of the trailer.', 'dfeUzm6KF4g'))
  trailer_key?: string | null;

  @Field(names('ISO 3166-1 codes.', ['US']))
  origin_country?: string[] | null;

  @Field({ type: [CompanyDto], description: 'Companies that produced it.' })
  production_companies?: CompanyDto[] | null;

  @Field(names('ISO 3166-1 codes.', ['DE', 'US']))
  production_countries?: string[] | null;

  @Field(names('ISO 639-1 codes.', ['en']))
  spoken_languages?: string[] | null;

  @Field({ type: CollectionDto, description: 'The collection that it belongs to; null without one.' })
  collection?: CollectionDto | null;

  @Field({ type: Boolean, description: 'Whether it was released on video only.', example: false })
  video?: boolean | null;

  @Field({ type: Boolean, description: 'Whether TMDB marks it as softcore.', example: false })
  softcore?: boolean | null;

  @Field({ type: [AlternativeTitleDto], description: 'Titles in other countries.' })
  alternative_titles?: AlternativeTitleDto[] | null;

  @Field({ type: [Number], description: "TMDB's ids of similar movies, in its order.", example: [680, 807] })
  similar_movie_ids?: number[] | null;

  @Field({ type: [TranslationDto], nullable: false, description: 'In the languages of `LANGUAGES`.' })
  translations?: TranslationDto[];

  @Field({ type: [ReleaseDto], nullable: false, description: 'In the countries of `REGIONS`.' })
  releases?: ReleaseDto[];

  @Field({ type: [ListPlaceDto], nullable: false, description: 'Its places in the lists.' })
  lists?: ListPlaceDto[];

  @Field({ ...time('When it was first stored.'), nullable: false })
  created_at?: string;

  @Field(time('When its details were last stored; null: never.'))
  enriched_at?: string | null;

  /** The fields of the row. JSON columns are read as this version writes them; what has another shape is left out. */
  static from(row: MovieRow): MovieDto {
    const read = (name: string, value: unknown): unknown => {
      const reader = JSON_COLUMNS[name as MovieField];
      return reader === undefined ? value : reader(value);
    };
    return Object.fromEntries(
      Object.entries(row).map(([name, value]) => [name, read(name, value)]),
    ) as unknown as MovieDto;
  }
}

const JSON_COLUMNS: Partial<Record<MovieField, Reader>> = {
  genres: texts,
  keywords: texts,
  origin_country: texts,
  production_countries: texts,
  spoken_languages: texts,
  similar_movie_ids: numbers,
  cast: entries(
    { id: 'number', name: 'string' },
    { character: 'string', profile_path: 'string', order: 'number' },
  ),
  crew: entries(
    { id: 'number', name: 'string' },
    { job: 'string', department: 'string', profile_path: 'string' },
  ),
  production_companies: entries(
    { id: 'number', name: 'string' },
    { logo_path: 'string', origin_country: 'string' },
  ),
  collection: entry({ id: 'number', name: 'string' }, { poster_path: 'string' }),
  alternative_titles: entries({ country: 'string', title: 'string' }, { type: 'string' }),
};
