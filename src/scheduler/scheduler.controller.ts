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
  Query,
} from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { Authenticated, CurrentUser, Roles } from '../auth/access/access.decorators.js';
import type { AuthUser } from '../auth/users/auth-user.js';
import { ApiProblem, NOT_JSON, tooLarge } from '../common/problem-details/api-problem.js';
import { JOB_IDS, type JobId } from '../config/app-config.js';
import { ChangeJobDto, PreviewQueryDto } from './dto/change-job.dto.js';
import { JobDto, PreviewDto, SchedulerRunningDto, SchedulerStatusDto } from './dto/job.dto.js';
import { SchedulesService } from './schedules.service.js';

/** Without CATALOGUE=all. */
const EXAMPLE_JOBS = JOB_IDS.filter((id) => id !== 'catalogue_sync');

@ApiTags('scheduler')
@Controller('pipeline/scheduler')
export class SchedulerController {
  constructor(private readonly schedules: SchedulesService) {}

  @Get('status')
  @Authenticated()
  @ApiOperation({ operationId: 'getSchedules', summary: 'List the jobs, each with its last run' })
  @ApiOkResponse({ type: SchedulerStatusDto, description: 'The state of the scheduler.' })
  async status(@CurrentUser() user: AuthUser): Promise<SchedulerStatusDto> {
    return SchedulerStatusDto.from(await this.schedules.status(), user);
  }

  @Get('preview')
  @Authenticated()
  @ApiOperation({
    operationId: 'previewSchedule',
    summary: 'Validate a schedule and list its next five occurrences',
    description:
      'Nothing is stored. 400 has the reason that a change of a job to this schedule would be refused with.',
  })
  @ApiOkResponse({ type: PreviewDto, description: 'The schedule is valid.' })
  @ApiProblem({ 400: ['cron: it never fires: the calendar has no such day'] })
  preview(@Query() { cron, timezone }: PreviewQueryDto): PreviewDto {
    return PreviewDto.from(this.schedules.preview(cron, timezone));
  }

  @Post('start')
  @Roles('admin')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'startScheduler',
    summary: 'Start the scheduler',
    description:
      'Takes effect in every process within two seconds and survives restarts. Occurrences that fell while the ' +
      'scheduler was stopped are skipped. Starting a running scheduler changes nothing.',
  })
  @ApiOkResponse({ type: SchedulerRunningDto, description: 'The scheduler is running.' })
  async start(): Promise<SchedulerRunningDto> {
    await this.schedules.setRunning(true);
    return SchedulerRunningDto.of(true);
  }

  @Post('stop')
  @Roles('admin')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'stopScheduler',
    summary: 'Stop the scheduler',
    description:
      'No job fires in any process until the scheduler is started again, not even after a restart. Queued and active ' +
      'runs continue.',
  })
  @ApiOkResponse({ type: SchedulerRunningDto, description: 'The scheduler is stopped.' })
  async stop(): Promise<SchedulerRunningDto> {
    await this.schedules.setRunning(false);
    return SchedulerRunningDto.of(false);
  }

  @Patch('jobs/:id')
  @Roles('admin')
  @ApiOperation({
    operationId: 'changeJob',
    summary: 'Change the schedule of a job',
    description:
      'The change is stored and takes effect in every process within two seconds. It makes no earlier occurrence due.',
  })
  @ApiParam({
    name: 'id',
    enum: JOB_IDS,
    enumName: 'JobId',
    description: 'The job. `catalogue_sync` exists only with CATALOGUE=all.',
  })
  @ApiOkResponse({ type: JobDto, description: 'The changed job.' })
  @ApiProblem({
    400: ['cron: it never fires: the calendar has no such day'],
    404: noSuchJob(EXAMPLE_JOBS),
    413: tooLarge(100),
    415: NOT_JSON,
  })
  async change(
    @Param('id') id: string,
    @CurrentUser() user: AuthUser,
    @Body() change: ChangeJobDto = new ChangeJobDto(),
  ): Promise<JobDto> {
    const { cron, timezone, enabled } = change;
    if (cron === undefined && timezone === undefined && enabled === undefined) {
      throw new BadRequestException('The body changes nothing: set cron, timezone or enabled.');
    }
    const job = await this.schedules.change(await this.jobIdOf(id), { cron, timezone, enabled });
    return JobDto.fromJob(job, user);
  }

  private async jobIdOf(id: string): Promise<JobId> {
    const { jobs } = await this.schedules.overview();
    const ids = jobs.map((job) => job.id);
    const known = ids.find((other) => other === id);
    if (known === undefined) throw new NotFoundException(noSuchJob(ids));
    return known;
  }
}

function noSuchJob(ids: readonly JobId[]): string {
  return `There is no such job. The jobs are ${ids.join(', ')}.`;
}
