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

  @ApiProperty({
    type: [String],
    description:
      'The next five occurrences (ISO 8601, UTC), the first of them `next_run`; empty while that is null.',
    example: ['2026-09-01T06:00:00.000Z', '2026-09-01T12:00:00.000Z'],
  })
  next_runs!: string[];

  @ApiProperty({ description: 'The cron expression, in the time zone of the job.', example: '0 */6 * * *' })
  trigger!: string;

  @ApiProperty({ description: 'IANA time zone name.', example: 'UTC' })
  timezone!: string;

  @ApiProperty({ description: 'Whether the job fires while the scheduler is running.', example: true })
  enabled!: boolean;

  static from(job: JobView): ScheduledJobDto {
    return {
      id: job.id,
      name: job.name,
      next_run: job.nextRun?.toISOString() ?? null,
      next_runs: job.nextRuns.map((at) => at.toISOString()),
      trigger: job.cron,
      timezone: job.timezone,
      enabled: job.enabled,
    };
  }
}

export class JobDto extends ScheduledJobDto {
  @ApiProperty({
    description: 'The same as `trigger`, under the name that PATCH takes.',
    example: '0 */6 * * *',
  })
  cron!: string;

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
      last_run: job.lastRun === null ? null : RunDto.from(job.lastRun, user),
    };
  }
}

export class SchedulerStatusDto {
  @ApiProperty({ description: 'Whether the scheduler is running. This holds for every process.' })
  scheduler_running!: boolean;

  @ApiProperty({ example: 3, description: '4 with CATALOGUE=all.' })
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

export class PreviewDto {
  @ApiProperty({
    type: [String],
    description: 'The next five occurrences (ISO 8601, UTC).',
    example: ['2026-09-01T02:30:00.000Z', '2026-09-02T02:30:00.000Z'],
  })
  next_runs!: string[];

  static from(times: readonly Date[]): PreviewDto {
    return { next_runs: times.map((at) => at.toISOString()) };
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
