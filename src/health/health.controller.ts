import { applyDecorators, Controller, Get, UseFilters } from '@nestjs/common';
import {
  ApiExtraModels,
  ApiOkResponse,
  ApiOperation,
  ApiResponse,
  ApiTags,
  getSchemaPath,
} from '@nestjs/swagger';
import type { HealthCheckResult } from '@nestjs/terminus';
import { Public } from '../auth/access/access.decorators.js';
import { problemOf } from '../common/problem-details/api-problem.js';
import { AliveDto, HealthDto, UnhealthyDto } from './dto/health.dto.js';
import { HealthReports } from './health-reports.js';
import { PENDING } from './readiness-indicators.js';
import { unhealthyDetail, UnhealthyFilter } from './unhealthy.filter.js';

const UNHEALTHY = {
  ...problemOf(503, unhealthyDetail(['migrations'])),
  checks: {
    database: { status: 'up', responseTime: 2 },
    migrations: { status: 'down', message: PENDING, pending: ['0002_run_figures'] },
  },
};

function ApiHealth(): MethodDecorator {
  return applyDecorators(
    ApiExtraModels(UnhealthyDto),
    ApiOkResponse({ type: HealthDto, description: 'Every check is up or degraded.' }),
    ApiResponse({
      status: 503,
      description: 'A check is down, or the process is shutting down.',
      content: {
        'application/problem+json': { schema: { $ref: getSchemaPath(UnhealthyDto) }, example: UNHEALTHY },
      },
    }),
  );
}

@ApiTags('health')
@Controller('health')
@Public()
@UseFilters(UnhealthyFilter)
export class HealthController {
  constructor(private readonly reports: HealthReports) {}

  @Get('live')
  @ApiOperation({ operationId: 'isAlive', summary: 'Check liveness' })
  @ApiOkResponse({ type: AliveDto, description: 'The process responds.' })
  live(): AliveDto {
    return { status: 'ok' };
  }

  @Get('ready')
  @ApiOperation({
    operationId: 'isReady',
    summary: 'Check readiness',
    description:
      'The process can serve: it is not shutting down, the database responds and all migrations are applied. TMDB and ' +
      'the scheduler are reported, but cannot fail the check.',
  })
  @ApiHealth()
  ready(): Promise<HealthCheckResult> {
    return this.reports.ready();
  }

  @Get()
  @ApiOperation({
    operationId: 'getHealth',
    summary: 'Get the full health report',
    description: 'The checks of `/health/ready`, and the result of the last run. Up to a second old.',
  })
  @ApiHealth()
  full(): Promise<HealthCheckResult> {
    return this.reports.full();
  }
}
