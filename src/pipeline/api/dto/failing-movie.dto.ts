import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsInt, Max, Min } from 'class-validator';
import type { FailingMovieReport } from '../../../runs/failing-movies.js';

export class FailingQueryDto {
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
}

export class MovieErrorDto {
  @ApiProperty({ description: 'A stable identifier of the kind of failure.', example: 'server_error' })
  code!: string;

  @ApiProperty({ example: 'TMDB had an internal error (500, code 11).' })
  message!: string;

  @ApiProperty({ format: 'date-time', example: '2026-09-01T03:00:04.512Z' })
  occurred_at!: string;

  @ApiProperty({ description: 'The run in which it failed.', example: 42 })
  run_id!: number;
}

/** A movie whose details could not be fetched or stored at least twice in a row. */
export class FailingMovieDto {
  @ApiProperty({ description: "TMDB's id.", example: 603 })
  movie_id!: number;

  @ApiProperty({ type: String, nullable: true, example: 'The Matrix' })
  title!: string | null;

  @ApiProperty({ description: 'Failures in a row.', example: 4 })
  failures!: number;

  @ApiProperty({ type: String, format: 'date-time', nullable: true, description: 'The last attempt.' })
  tried_at!: string | null;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'The earliest next attempt.',
  })
  retry_at!: string | null;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'Since when TMDB no longer has it; null: TMDB has it.',
  })
  gone_at!: string | null;

  @ApiProperty({
    type: MovieErrorDto,
    nullable: true,
    description: 'The last failure; null when its run is no longer recorded.',
  })
  last_error!: MovieErrorDto | null;

  static from(movie: FailingMovieReport): FailingMovieDto {
    const { lastError } = movie;
    return {
      movie_id: movie.id,
      title: movie.title,
      failures: movie.failures,
      tried_at: movie.triedAt?.toISOString() ?? null,
      retry_at: movie.retryAt?.toISOString() ?? null,
      gone_at: movie.goneAt?.toISOString() ?? null,
      last_error:
        lastError === null
          ? null
          : {
              code: lastError.code,
              message: lastError.message,
              occurred_at: lastError.occurredAt.toISOString(),
              run_id: lastError.runId,
            },
    };
  }
}
