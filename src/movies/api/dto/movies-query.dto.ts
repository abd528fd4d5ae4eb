import { applyDecorators } from '@nestjs/common';
import { ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  IsIn,
  IsInt,
  IsNumber,
  IsOptional,
  IsString,
  Max,
  MaxLength,
  Min,
  ValidateBy,
} from 'class-validator';
import { IsTimeInput } from '../../../common/time-input.js';
import type { MarkFilter, ValueList } from '../../reader/movie-filters.js';
import { MOVIE_SORTS, type MovieSort } from '../../reader/movie-sort.js';
import { FieldsDto } from './fields.dto.js';
import { IsValueList } from './value-list.js';

const MAX_INT4 = 2 ** 31 - 1;
const MAX_TEXT = 100;
const MARKS = ['false', 'true', 'any'] as const;
const STATUSES = ['Rumored', 'Planned', 'In Production', 'Post Production', 'Released', 'Canceled'];

const text = (value: string): string | null =>
  value !== '' && value.length <= MAX_TEXT && value.isWellFormed() && !value.includes('\0') ? value : null;
const id = (value: string): number | null =>
  /^\d{1,10}$/.test(value) && Number(value) >= 1 && Number(value) <= MAX_INT4 ? Number(value) : null;
const matching = (pattern: RegExp) => (value: string) => (pattern.test(value) ? value : null);
const country = (value: string): string | null => matching(/^[A-Z]{2}$/)(value.toUpperCase());
const language = (value: string): string | null => matching(/^[a-z]{2,3}$/)(value.toLowerCase());
const status = (value: string): string | null =>
  STATUSES.find((known) => known.toLowerCase() === value.toLowerCase()) ?? null;

const IDS = { kind: 'an id of TMDB', parse: id };
const ALL_OR_ANY = '`,` between values means all of them, `|` any of them.';
const ANY = '`|` between values means any of them.';

/** An optional number within bounds. */
function IsNumberInput(
  description: string,
  { min, max, example, float = false }: { min: number; max: number; example: number; float?: boolean },
): PropertyDecorator {
  return applyDecorators(
    ApiPropertyOptional({
      type: float ? 'number' : 'integer',
      minimum: min,
      maximum: max,
      description,
      example,
    }),
    IsOptional(),
    Type(() => Number),
    float ? IsNumber() : IsInt(),
    Min(min),
    Max(max),
  );
}

/** An optional day of the calendar, `YYYY-MM-DD`. */
function IsDayInput(description: string): PropertyDecorator {
  return applyDecorators(
    ApiPropertyOptional({ type: String, format: 'date', description, example: '2026-09-01' }),
    IsOptional(),
    ValidateBy({
      name: 'isDay',
      validator: { validate: isDay, defaultMessage: () => '$property must be a day such as 2026-09-01' },
    }),
  );
}

function isDay(value: unknown): boolean {
  if (typeof value !== 'string' || !/^[12]\d{3}-\d\d-\d\d$/.test(value)) return false;
  const day = new Date(`${value}T00:00:00Z`);
  // JavaScript takes 2026-02-30 for 2 March.
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(value);
}

function IsMark(description: string): PropertyDecorator {
  return applyDecorators(
    ApiPropertyOptional({ enum: MARKS, enumName: 'MarkFilter', default: 'false', description }),
    IsIn(MARKS),
  );
}

/** The filters, without order and paging. */
class MovieFiltersDto extends FieldsDto {
  @IsValueList({ ...IDS, description: 'At most 100 ids of movies.', example: '603,550', max: 100 })
  ids?: ValueList<number>;

  @IsValueList({
    description: `Genres: names of GET /genres, case-insensitive, or TMDB's ids. ${ALL_OR_ANY}`,
    ...{ example: 'Drama,Crime', kind: 'a genre', parse: text },
  })
  genre?: ValueList<string>;

  @IsValueList({
    description: `Keywords as TMDB writes them. ${ALL_OR_ANY}`,
    ...{ example: 'heist|robbery', kind: 'a keyword of at most 100 characters', parse: text },
  })
  keyword?: ValueList<string>;

  @IsValueList({
    ...IDS,
    description: `TMDB's ids of persons among the first ten of the cast. ${ALL_OR_ANY}`,
    example: '6384',
  })
  cast?: ValueList<number>;

  @IsValueList({
    ...IDS,
    description: `TMDB's ids of persons of the stored crew. ${ALL_OR_ANY}`,
    example: '9340',
  })
  crew?: ValueList<number>;

  @IsValueList({ ...IDS, description: `TMDB's ids of directors. ${ALL_OR_ANY}`, example: '9339|9340' })
  director?: ValueList<number>;

  @IsValueList({ ...IDS, description: `TMDB's ids of production companies. ${ALL_OR_ANY}`, example: '79' })
  company?: ValueList<number>;

  @IsValueList({ ...IDS, description: `TMDB's id of a collection. ${ANY}`, example: '2344', single: true })
  collection?: ValueList<number>;

  @IsNumberInput('The year of the release date.', { min: 1800, max: 2999, example: 1999 })
  year?: number;

  @IsDayInput('Released on this day or later.')
  released_from?: string;

  @IsDayInput('Released on this day or earlier.')
  released_to?: string;

  @IsValueList({
    description: `ISO 639-1 code. ${ANY}`,
    ...{ example: 'ja|ko', kind: 'a language code such as en', parse: language, single: true },
  })
  original_language?: ValueList<string>;

  @IsValueList({
    description: `ISO 3166-1 codes. ${ALL_OR_ANY}`,
    ...{ example: 'US', kind: 'a country code such as US', parse: country },
  })
  origin_country?: ValueList<string>;

  @IsNumberInput('The lowest average vote.', { min: 0, max: 10, example: 7.5, float: true })
  rating_min?: number;

  @IsNumberInput('The highest average vote.', { min: 0, max: 10, example: 9, float: true })
  rating_max?: number;

  @IsNumberInput('The fewest votes.', { min: 0, max: MAX_INT4, example: 1000 })
  votes_min?: number;

  @IsNumberInput('The shortest runtime in minutes.', { min: 0, max: MAX_INT4, example: 80 })
  runtime_min?: number;

  @IsNumberInput('The longest runtime in minutes.', { min: 0, max: MAX_INT4, example: 180 })
  runtime_max?: number;

  @IsValueList({
    description: `${STATUSES.join(', ')}; case-insensitive. ${ANY}`,
    ...{ example: 'Released', kind: `one of ${STATUSES.join(', ')}`, parse: status, single: true },
  })
  status?: ValueList<string>;

  @IsValueList({
    description: `Age rating in the country of \`TMDB_REGION\`, else of the US. ${ANY}`,
    ...{ example: 'PG|PG-13', kind: 'a certification of at most 20 characters', single: true },
    parse: (value) => (value.length <= 20 ? text(value) : null),
  })
  certification?: ValueList<string>;

  @IsMark('Adult movies: `false` leaves them out, `true` leaves out all others, `any` has both.')
  adult: MarkFilter = 'false';

  @IsMark(
    'Movies that are gone from TMDB: `false` leaves them out, `true` leaves out all others, `any` has both.',
  )
  gone: MarkFilter = 'false';

  @IsTimeInput('Changed at or after this time, such as 2026-09-01T00:00:00Z; UTC without a zone.')
  updated_since?: Date;
}

export class MoviesQueryDto extends MovieFiltersDto {
  @ApiPropertyOptional({
    enum: MOVIE_SORTS,
    enumName: 'MovieSort',
    default: '-popularity',
    description: 'The order; `-` means descending. Movies without a value are last in either direction.',
  })
  @IsIn(MOVIE_SORTS)
  sort: MovieSort = '-popularity';

  @ApiPropertyOptional({
    ...{ type: 'integer', minimum: 1, maximum: 100, default: 20 },
    description: 'The most movies to return.',
  })
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(100)
  limit = 20;

  @ApiPropertyOptional({
    type: String,
    description: 'From the `Link` header of the previous page. Valid for the same filters and sort only.',
  })
  @IsOptional()
  @IsString()
  @MaxLength(1_000)
  cursor?: string;
}
