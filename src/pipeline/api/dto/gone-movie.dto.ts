import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsInt, IsOptional, Max, Min } from 'class-validator';
import { IsTimeInput } from '../../../common/time-input.js';
import type { GoneMovie } from '../../../movies/movie-record.js';

const MAX_INT4 = 2 ** 31 - 1;

export class GoneQueryDto {
  @ApiPropertyOptional({
    type: 'integer',
    minimum: 1,
    maximum: 100,
    default: 20,
    description: 'The most movies to return.',
  })
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(100)
  limit = 20;

  @IsTimeInput('Only movies gone at or after this time, such as 2026-09-01T00:00:00Z; UTC without a zone.')
  since?: Date;

  @ApiPropertyOptional({
    type: 'integer',
    description: 'From the `Link` header of the previous page.',
    minimum: 1,
    maximum: MAX_INT4,
  })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(MAX_INT4)
  cursor?: number;
}

/** A movie that TMDB no longer has. */
export class GoneMovieDto {
  @ApiProperty({ description: "TMDB's id.", example: 603 })
  movie_id!: number;

  @ApiProperty({ format: 'date-time', description: 'When it was found to be gone.' })
  gone_at!: string;

  static from({ id, goneAt }: GoneMovie): GoneMovieDto {
    return { movie_id: id, gone_at: goneAt.toISOString() };
  }
}
