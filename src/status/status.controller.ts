import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { OptionalUser, Readable } from '../auth/access/access.decorators.js';
import type { AuthUser } from '../auth/users/auth-user.js';
import { RunsRepository } from '../runs/runs.repository.js';
import { SchedulesService } from '../scheduler/schedules.service.js';
import { PipelineStatusDto } from './dto/pipeline-status.dto.js';

@ApiTags('pipeline')
@Controller('pipeline/status')
@Readable()
export class StatusController {
  constructor(
    private readonly runs: RunsRepository,
    private readonly schedules: SchedulesService,
  ) {}

  @Get()
  @ApiOperation({
    operationId: 'getStatus',
    summary: 'Get the pipeline status',
    description: 'The active run, the last run, the totals of all runs, and the scheduled jobs.',
  })
  @ApiOkResponse({ type: PipelineStatusDto, description: 'The pipeline status.' })
  async status(@OptionalUser() user: AuthUser | null): Promise<PipelineStatusDto> {
    const [runs, schedules] = await Promise.all([this.runs.overview(), this.schedules.overview()]);
    return PipelineStatusDto.from(runs, schedules, user);
  }
}
