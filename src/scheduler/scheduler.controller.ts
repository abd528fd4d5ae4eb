import {
  BadRequestException,
  Body,
  Controller,
  Get,
  HttpCode,
  NotFoundException,
  Param,
  Patch,
  Post,
} from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { Admin, CurrentUser, SignedIn } from '../auth/access/access.js';
import type { AuthUser } from '../auth/users/auth-user.js';
import { ApiProblem } from '../common/problem-details/api-problem.js';
import { JOB_IDS, type JobId } from '../config/app-config.js';
import { ChangeJobDto } from './dto/change-job.dto.js';
import { JobDto, SchedulerRunningDto, SchedulerStatusDto } from './dto/job.dto.js';
import { SchedulesService } from './schedules.service.js';

@ApiTags('scheduler')
@Controller('pipeline/scheduler')
export class SchedulerController {
  constructor(private readonly schedules: SchedulesService) {}

  @Get('status')
  @SignedIn()
  @ApiOperation({ operationId: 'getSchedules', summary: 'The schedules, and what came of each last' })
  @ApiOkResponse({ type: SchedulerStatusDto, description: 'The schedules.' })
  async status(@CurrentUser() user: AuthUser | null): Promise<SchedulerStatusDto> {
    return SchedulerStatusDto.from(await this.schedules.status(), user);
  }

  @Post('start')
  @Admin()
  @HttpCode(200)
  @ApiOperation({
    operationId: 'startScheduler',
    summary: 'Let the schedules fire',
    description:
      'In every process, within seconds, and after restarts too. What passed while they were stopped is past.',
  })
  @ApiOkResponse({ type: SchedulerRunningDto, description: 'They run.' })
  async start(): Promise<SchedulerRunningDto> {
    await this.schedules.setRunning(true);
    return SchedulerRunningDto.of(true);
  }

  @Post('stop')
  @Admin()
  @HttpCode(200)
  @ApiOperation({
    operationId: 'stopScheduler',
    summary: 'Let no schedule fire',
    description:
      'In every process, and after restarts too, until they are started. Runs that are queued or active go on.',
  })
  @ApiOkResponse({ type: SchedulerRunningDto, description: 'They are stopped.' })
  async stop(): Promise<SchedulerRunningDto> {
    await this.schedules.setRunning(false);
    return SchedulerRunningDto.of(false);
  }

  @Patch('jobs/:id')
  @Admin()
  @ApiOperation({
    operationId: 'changeJob',
    summary: 'Change when a job fires',
    description:
      'Stored, and obeyed by every process within seconds. No slot before the change becomes due by it.',
  })
  @ApiParam({ name: 'id', enum: JOB_IDS, enumName: 'JobId', description: 'Which job.' })
  @ApiOkResponse({ type: JobDto, description: 'The job as it is now.' })
  @ApiProblem(400, 404, 413, 415)
  async change(
    @Param('id') id: string,
    @CurrentUser() user: AuthUser | null,
    @Body() change: ChangeJobDto = new ChangeJobDto(),
  ): Promise<JobDto> {
    const { cron, timezone, enabled } = change;
    if (cron === undefined && timezone === undefined && enabled === undefined) {
      throw new BadRequestException('Nothing to change: give cron, timezone or enabled.');
    }
    const job = await this.schedules.change(jobIdOf(id), { cron, timezone, enabled });
    return JobDto.fromJob(job, user);
  }
}

function jobIdOf(id: string): JobId {
  const known = JOB_IDS.find((other) => other === id);
  if (known === undefined)
    throw new NotFoundException(`There is no such job: it is one of ${JOB_IDS.join(', ')}.`);
  return known;
}
