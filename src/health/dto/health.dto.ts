import { ApiExtraModels, ApiProperty, ApiPropertyOptional, getSchemaPath } from '@nestjs/swagger';
import { ProblemDto } from '../../common/problem-details/api-problem.js';

const CHECK_STATUSES = ['up', 'degraded', 'down'] as const;

export class AliveDto {
  @ApiProperty({ enum: ['ok'], description: 'The process responds.', example: 'ok' })
  status!: 'ok';
}

class HealthCheckDto {
  @ApiProperty({
    enum: CHECK_STATUSES,
    enumName: 'HealthCheckStatus',
    description:
      '`degraded` is a warning: the process serves all the same. Only `down` fails the health check.',
    example: 'up',
  })
  status!: (typeof CHECK_STATUSES)[number];

  @ApiPropertyOptional({
    description: 'The reason for the status.',
    example: 'The latest requests to TMDB failed.',
  })
  message?: string;

  @ApiPropertyOptional({ description: 'Duration of the check in milliseconds.', example: 2 })
  responseTime?: number;

  @ApiPropertyOptional({
    type: [String],
    description: 'Migrations that are not applied.',
    example: ['0002_run_figures'],
  })
  pending?: string[];

  @ApiPropertyOptional({ description: 'The id of the last run.', example: 42 })
  id?: number;

  @ApiPropertyOptional({ description: 'The status of the last run.', example: 'SUCCESS' })
  run_status?: string;

  @ApiPropertyOptional({ format: 'date-time', description: 'When the last run was created.' })
  run_date?: string;
}

function checks(description: string): PropertyDecorator {
  return ApiProperty({
    type: 'object',
    additionalProperties: { $ref: getSchemaPath(HealthCheckDto) },
    description,
    example: { database: { status: 'up', responseTime: 2 } },
  });
}

type Checks = Readonly<Record<string, HealthCheckDto>>;

@ApiExtraModels(HealthCheckDto)
export class HealthDto {
  @ApiProperty({
    enum: ['ok', 'degraded'],
    enumName: 'HealthStatus',
    description: '`degraded` when at least one check is.',
    example: 'ok',
  })
  status!: 'ok' | 'degraded';

  @checks('The checks that are up or degraded, by name.')
  info!: Checks;

  @checks('Always empty here: a check that is down leads to a 503 response.')
  error!: Checks;

  @checks('All checks, by name.')
  details!: Checks;
}

@ApiExtraModels(HealthCheckDto)
export class UnhealthyDto extends ProblemDto {
  @checks('All checks, by name.')
  checks!: Checks;
}
