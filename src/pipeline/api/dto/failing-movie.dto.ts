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
    description: 'Movies in the answer, at most.',
  })
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(100)
  limit = 20;
}

export class MovieErrorDto {
  @ApiProperty({ description: 'A stable word for the kind of failure.', example: 'server_error' })
  code!: string;

  @ApiProperty({ example: 'TMDB had an internal error (500, code 11).' })
  message!: string;

  @ApiProperty({ format: 'date-time', example: '2026-09-01T03:00:04.512Z' })
  occurred_at!: string;

  @ApiProperty({ description: 'The run that met it.', example: 42 })
  run_id!: number;
}

/** A movie whose details could not be had or stored, at least twice in a row. */
export class FailingMovieDto {
  @ApiProperty({ description: "TMDB's id.", example: 603 })
  movie_id!: number;

  @ApiProperty({ type: String, nullable: true, example: 'The Matrix' })
  title!: string | null;

  @ApiProperty({ description: 'In a row.', example: 4 })
  failures!: number;

  @ApiProperty({ type: String, format: 'date-time', nullable: true, description: 'The last time.' })
  tried_at!: string | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true, description: 'Not tried before then.' })
  retry_at!: string | null;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'TMDB no longer knows it since then; null: it does.',
  })
  gone_at!: string | null;

  @ApiProperty({
    type: MovieErrorDto,
    nullable: true,
    description: 'The last failure; null when its run is no longer on record.',
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
