import { applyDecorators, Controller, Get, UseFilters } from '@nestjs/common';
import {
  ApiExtraModels,
  ApiOkResponse,
  ApiOperation,
  ApiResponse,
  ApiTags,
  getSchemaPath,
} from '@nestjs/swagger';
import { HealthCheckService, type HealthCheckResult } from '@nestjs/terminus';
import { Open } from '../auth/access/access.js';
import { AliveDto, HealthDto, UnhealthyDto } from './dto/health.dto.js';
import { HealthIndicators } from './health-indicators.js';
import { UnhealthyFilter } from './unhealthy.filter.js';

function ApiHealth(): MethodDecorator {
  return applyDecorators(
    ApiExtraModels(UnhealthyDto),
    ApiOkResponse({ type: HealthDto, description: 'Every check passed, or is degraded.' }),
    ApiResponse({
      status: 503,
      description: 'A check failed, or the process is about to end.',
      content: { 'application/problem+json': { schema: { $ref: getSchemaPath(UnhealthyDto) } } },
    }),
  );
}

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
  @ApiOperation({ operationId: 'isAlive', summary: 'Whether the process answers' })
  @ApiOkResponse({ type: AliveDto, description: 'It does.' })
  live(): AliveDto {
    return { status: 'ok' };
  }

  @Get('ready')
  @ApiOperation({
    operationId: 'isReady',
    summary: 'Whether it can serve',
    description: 'The process is not about to end, the database answers, and its migrations are applied.',
  })
  @ApiHealth()
  ready(): Promise<HealthCheckResult> {
    return this.health.check([
      () => this.indicators.service(),
      () => this.indicators.database(),
      () => this.indicators.migrations(),
      () => this.indicators.tmdb(),
      () => this.indicators.scheduler(),
    ]);
  }

  @Get()
  @ApiOperation({
    operationId: 'getHealth',
    summary: 'The full picture',
    description: 'As `/health/ready`, and how the last run went.',
  })
  @ApiHealth()
  full(): Promise<HealthCheckResult> {
    return this.health.check([
      () => this.indicators.service(),
      () => this.indicators.database(),
      () => this.indicators.migrations(),
      () => this.indicators.tmdb(),
      () => this.indicators.scheduler(),
      () => this.indicators.lastRun(),
    ]);
  }
}
