import { Controller, Get, UseFilters } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { HealthCheck, HealthCheckService, type HealthCheckResult } from '@nestjs/terminus';
import { Open } from '../auth/access.js';
import { ApiProblem } from '../common/api-problem.js';
import { HealthIndicators } from './health-indicators.js';
import { UnhealthyFilter } from './unhealthy.filter.js';

@ApiTags('health')
@Controller('health')
@Open()
@UseFilters(UnhealthyFilter)
export class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly indicators: HealthIndicators,
  ) {}

  @Get('live')
  @ApiOperation({ summary: 'Whether the process answers' })
  @ApiOkResponse({ schema: { type: 'object', properties: { status: { type: 'string', example: 'ok' } } } })
  live(): { status: string } {
    return { status: 'ok' };
  }

  @Get('ready')
  @HealthCheck()
  @ApiOperation({ summary: 'Whether it can serve: the database answers and its migrations are applied' })
  @ApiProblem(503)
  ready(): Promise<HealthCheckResult> {
    return this.health.check([
      () => this.indicators.database(),
      () => this.indicators.migrations(),
      () => this.indicators.tmdb(),
      () => this.indicators.scheduler(),
    ]);
  }

  @Get()
  @HealthCheck()
  @ApiOperation({ summary: 'The full picture' })
  @ApiProblem(503)
  full(): Promise<HealthCheckResult> {
    return this.health.check([
      () => this.indicators.database(),
      () => this.indicators.migrations(),
      () => this.indicators.tmdb(),
      () => this.indicators.scheduler(),
      () => this.indicators.lastRun(),
    ]);
  }
}
