import { ApiExtraModels, ApiProperty, ApiPropertyOptional, getSchemaPath } from '@nestjs/swagger';
import { ProblemDto } from '../../common/api-problem.js';

const CHECK_STATUSES = ['up', 'degraded', 'down'] as const;

export class AliveDto {
  @ApiProperty({ enum: ['ok'], description: 'The process answers.', example: 'ok' })
  status!: 'ok';
}

/** One check. Beside these it may have facts of its own. */
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
