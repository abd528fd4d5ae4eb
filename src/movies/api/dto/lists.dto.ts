import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform, Type } from 'class-transformer';
import { IsIn, IsInt, IsOptional, IsString, Matches, Max, MaxLength, Min } from 'class-validator';
import type { PlacedMovie, StoredList } from '../../reader/list-reader.repository.js';
import { FieldsDto } from './fields.dto.js';
import { MovieDto } from './movie.dto.js';

const CATEGORIES = ['popular', 'top_rated', 'upcoming', 'now_playing', 'trending'] as const;
export type Category = (typeof CATEGORIES)[number];

export class CategoryDto {
  @ApiProperty({ enum: CATEGORIES, enumName: 'Category', description: 'One of the lists.' })
  @IsIn(CATEGORIES)
  category!: Category;
}

export class ListQueryDto extends FieldsDto {
  @ApiPropertyOptional({
    ...{ type: 'integer', minimum: 1, maximum: 100, default: 20 },
    description: 'The most movies to return.',
  })
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(100)
  limit = 20;

  @ApiPropertyOptional({ type: String, description: 'From the `Link` header of the previous page.' })
  @IsOptional()
  @IsString()
  @MaxLength(100)
  cursor?: string;
}

export class MovieIdDto {
  @ApiProperty({
    type: 'integer',
    minimum: 1,
    maximum: 2 ** 31 - 1,
    description: "TMDB's id of a movie.",
    example: 550,
  })
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(2 ** 31 - 1)
  id!: number;
}

export class ImdbIdDto {
  @ApiProperty({ description: 'The id of a movie at IMDb.', example: 'tt0137523' })
  @Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? value.toLowerCase() : value))
  @Matches(/^tt\d{1,12}$/, { message: 'imdb_id must be an id such as tt0137523' })
  imdb_id!: string;
}

/** One of TMDB's lists, as it was last read. */
export class ListDto {
  @ApiProperty({ example: 'popular', description: 'Name of the list.' })
  category!: string;

  @ApiProperty({ type: 'integer', example: 100, description: 'Movies of the list that are stored.' })
  movies!: number;

  @ApiProperty({ format: 'date-time', description: 'When the list was last read.' })
  seen_at!: string;

  static from({ seen_at, ...list }: StoredList): ListDto {
    return { ...list, seen_at: seen_at.toISOString() };
  }
}

/** A movie with its place in a list. */
export class ListedMovieDto extends MovieDto {
  @ApiProperty({ type: 'integer', example: 1, description: 'Place in the list, from 1.' })
  position!: number;

  @ApiProperty({ format: 'date-time', description: 'When the movie was last seen in the list.' })
  seen_at!: string;

  static fromPlaced({ position, seenAt, movie }: PlacedMovie): ListedMovieDto {
    const { id, ...fields } = MovieDto.from(movie);
    return { position, seen_at: seenAt.toISOString(), id, ...fields };
  }
}

export class GenreDto {
  @ApiProperty({ type: 'integer', example: 18, description: "TMDB's id." })
  id!: number;

  @ApiProperty({ example: 'Drama', description: 'In the language of `TMDB_LANGUAGE`.' })
  name!: string;

  @ApiProperty({
    type: 'integer',
    example: 312_408,
    description: 'Stored movies of this genre that are neither gone nor adult; at most ten minutes old.',
  })
  movies!: number;
}
