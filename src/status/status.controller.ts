import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentUser, Open } from '../auth/access/access.js';
import type { AuthUser } from '../auth/users/auth-user.js';
import { RunsRepository } from '../runs/runs.repository.js';
import { SchedulesService } from '../scheduler/schedules.service.js';
import { PipelineStatusDto } from './dto/pipeline-status.dto.js';

@ApiTags('pipeline')
@Controller('pipeline/status')
@Open()
export class StatusController {
  constructor(
    private readonly runs: RunsRepository,
    private readonly schedules: SchedulesService,
  ) {}

  @Get()
  @ApiOperation({
    operationId: 'getStatus',
    summary: 'What is running, what ran last, how runs went so far, and what comes next',
  })
  @ApiOkResponse({ type: PipelineStatusDto, description: 'How it is.' })
  async status(@CurrentUser() user: AuthUser | null): Promise<PipelineStatusDto> {
    const [runs, jobs] = await Promise.all([this.runs.overview(), this.schedules.jobs()]);
    return PipelineStatusDto.from(runs, jobs, user);
  }
}
