import { ApiExtraModels, ApiProperty, ApiPropertyOptional, getSchemaPath } from '@nestjs/swagger';
import { ProblemDto } from '../../common/problem-details/api-problem.js';

const CHECK_STATUSES = ['up', 'degraded', 'down'] as const;

export class AliveDto {
  @ApiProperty({ enum: ['ok'], description: 'The process answers.', example: 'ok' })
  status!: 'ok';
}

/** One check. */
class HealthCheckDto {
  @ApiProperty({
    enum: CHECK_STATUSES,
    enumName: 'HealthCheckStatus',
    description: 'Degraded is worth a look, and keeps nobody from being served.',
    example: 'up',
  })
  status!: (typeof CHECK_STATUSES)[number];

  @ApiPropertyOptional({ description: 'What is wrong.', example: 'TMDB has not answered lately.' })
  message?: string;

  @ApiPropertyOptional({ description: 'Milliseconds that the check took.', example: 2 })
  responseTime?: number;

  @ApiPropertyOptional({
    type: [String],
    description: 'Migrations that are missing.',
    example: ['0002_run_figures'],
  })
  pending?: string[];

  @ApiPropertyOptional({ description: 'The number of the last run.', example: 42 })
  id?: number;

  @ApiPropertyOptional({ description: 'How the last run stands.', example: 'SUCCESS' })
  run_status?: string;

  @ApiPropertyOptional({ format: 'date-time', description: 'When the last run was put on record.' })
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
    description: 'Degraded when a check is.',
    example: 'ok',
  })
  status!: 'ok' | 'degraded';

  @checks('The checks that did not fail, by name.')
  info!: Checks;

  @checks('None: with a failed check the answer is 503.')
  error!: Checks;

  @checks('All checks, by name.')
  details!: Checks;
}

@ApiExtraModels(HealthCheckDto)
export class UnhealthyDto extends ProblemDto {
  @checks('All checks, by name.')
  checks!: Checks;
}
