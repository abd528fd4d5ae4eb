import { ApiProperty } from '@nestjs/swagger';
import type { AuthUser } from '../../../auth/users/auth-user.js';
import { SOURCES, type Source } from '../../../runs/run-plan.js';
import { type ItemError, type RunDetails, SOURCE_STATUSES, type SourceReport } from '../../../runs/run.js';
import { RunDto } from './run.dto.js';
import { RunPlanDto } from './run-plan.dto.js';

export class SourceReportDto implements SourceReport {
  @ApiProperty({ enum: SOURCES, enumName: 'Source', example: 'popular' })
  source!: Source;

  @ApiProperty({ example: 5 })
  pages_planned!: number;

  @ApiProperty({ example: 5 })
  pages_fetched!: number;

  @ApiProperty({ description: 'Distinct movies that this source named.', example: 98 })
  movies!: number;

  @ApiProperty({ enum: SOURCE_STATUSES, enumName: 'SourceStatus', example: 'done' })
  status!: SourceReport['status'];

  @ApiProperty({
    type: String,
    nullable: true,
    description:
      'The last failure of one of its pages, or that the run ended before the source was complete.',
    example: null,
  })
  error!: string | null;
}

export class ItemErrorDto {
  @ApiProperty({ type: String, nullable: true, example: 'top_rated' })
  source!: string | null;

  @ApiProperty({ type: Number, nullable: true, example: 3 })
  page!: number | null;

  @ApiProperty({ type: Number, nullable: true, example: 603 })
  movie_id!: number | null;

  @ApiProperty({ description: 'A stable identifier of the kind of failure.', example: 'server_error' })
  code!: string;

  @ApiProperty({ example: 'TMDB or a gateway in front of it failed (503).' })
  message!: string;

  @ApiProperty({ format: 'date-time', example: '2026-09-01T03:00:04.512Z' })
  occurred_at!: string;

  static from(error: ItemError): ItemErrorDto {
    return {
      source: error.source,
      page: error.page,
      movie_id: error.movieId,
      code: error.code,
      message: error.message,
      occurred_at: error.occurredAt.toISOString(),
    };
  }
}

/** One run with its plan, the result of each source, and what it could not store. */
export class RunDetailsDto extends RunDto {
  @ApiProperty({
    type: RunPlanDto,
    nullable: true,
    description: 'What the run was asked to do; null for runs of older versions.',
  })
  plan!: RunPlanDto | null;

  @ApiProperty({ type: [SourceReportDto], description: 'The progress or result of each source.' })
  sources!: SourceReportDto[];

  @ApiProperty({ type: [ItemErrorDto], description: 'The first 1,000 failures; `failed` counts them all.' })
  errors!: ItemErrorDto[];

  @ApiProperty({
    description: 'All failures of this run, including those beyond the first 1,000.',
    example: 0,
  })
  errors_total!: number;

  static fromDetails(
    { run, plan, sources, errors }: RunDetails,
    user: AuthUser | null = null,
  ): RunDetailsDto {
    return {
      ...RunDto.from(run, user),
      plan: plan === null ? null : RunPlanDto.from(plan),
      sources: sources.map((report) => ({ ...report })),
      errors: errors.map((error) => ItemErrorDto.from(error)),
      errors_total: run.counts.failed,
    };
  }
}
