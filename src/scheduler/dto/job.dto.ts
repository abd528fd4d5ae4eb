import { ApiProperty } from '@nestjs/swagger';
import type { AuthUser } from '../../auth/users/auth-user.js';
import { JOB_IDS, type JobId } from '../../config/app-config.js';
import { RunDto } from '../../pipeline/api/dto/run.dto.js';
import type { JobView, JobWithLastRun, SchedulerStatus } from '../schedules.service.js';

export class ScheduledJobDto {
  @ApiProperty({ enum: JOB_IDS, enumName: 'JobId', example: 'quick_update' })
  id!: JobId;

  @ApiProperty({ example: 'Quick Update (Popular + Trending)' })
  name!: string;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'Null while the job is disabled or the scheduler is stopped.',
  })
  next_run!: string | null;

  @ApiProperty({ description: 'The cron expression, in the time zone of the job.', example: '0 */6 * * *' })
  trigger!: string;

  static from(job: JobView): ScheduledJobDto {
    return {
      id: job.id,
      name: job.name,
      next_run: job.nextRun?.toISOString() ?? null,
      trigger: job.cron,
    };
  }
}

export class JobDto extends ScheduledJobDto {
  @ApiProperty({
    description: 'The same as `trigger`, under the name that PATCH takes.',
    example: '0 */6 * * *',
  })
  cron!: string;

  @ApiProperty({ example: 'UTC' })
  timezone!: string;

  @ApiProperty({ description: 'Whether the job fires.', example: true })
  enabled!: boolean;

  @ApiProperty({
    type: RunDto,
    nullable: true,
    description: 'Null when the job has not fired yet, or its last run has been deleted.',
  })
  last_run!: RunDto | null;

  static fromJob(job: JobWithLastRun, user: AuthUser | null = null): JobDto {
    return {
      ...ScheduledJobDto.from(job),
      cron: job.cron,
      timezone: job.timezone,
      enabled: job.enabled,
      last_run: job.lastRun === null ? null : RunDto.from(job.lastRun, user),
    };
  }
}

export class SchedulerStatusDto {
  @ApiProperty({ description: 'Whether the scheduler is running. This holds for every process.' })
  scheduler_running!: boolean;

  @ApiProperty({ example: JOB_IDS.length })
  total_jobs!: number;

  @ApiProperty({ type: [JobDto], description: 'The jobs.' })
  jobs!: JobDto[];

  static from({ running, jobs }: SchedulerStatus, user: AuthUser | null = null): SchedulerStatusDto {
    return {
      scheduler_running: running,
      total_jobs: jobs.length,
      jobs: jobs.map((job) => JobDto.fromJob(job, user)),
    };
  }
}

export class SchedulerRunningDto {
  @ApiProperty({ example: 'The schedules are running.' })
  message!: string;

  @ApiProperty({ description: 'Whether schedules fire.', example: true })
  scheduler_running!: boolean;

  static of(running: boolean): SchedulerRunningDto {
    return {
      message: running ? 'The schedules are running.' : 'The schedules are stopped.',
      scheduler_running: running,
    };
  }
}
