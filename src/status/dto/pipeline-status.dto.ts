import { ApiProperty } from '@nestjs/swagger';
import type { AuthUser } from '../../auth/users/auth-user.js';
import { RunDto } from '../../pipeline/api/dto/run.dto.js';
import { RunProgressDto } from '../../pipeline/api/dto/run-progress.dto.js';
import type { RunsOverview } from '../../runs/runs.repository.js';
import { ScheduledJobDto } from '../../scheduler/dto/job.dto.js';
import type { SchedulesOverview } from '../../scheduler/schedules.service.js';

export class PipelineStatusDto {
  @ApiProperty({ description: 'Whether a run is queued or running.', example: false })
  is_running!: boolean;

  @ApiProperty({ type: RunDto, nullable: true, description: 'The newest run; null before the first.' })
  last_run!: RunDto | null;

  @ApiProperty({ example: 120 })
  total_runs!: number;

  @ApiProperty({ example: 117 })
  successful_runs!: number;

  @ApiProperty({ example: 1 })
  failed_runs!: number;

  @ApiProperty({ example: 2 })
  partial_runs!: number;

  @ApiProperty({ type: Number, nullable: true, example: 21.4 })
  average_duration_seconds!: number | null;

  @ApiProperty({
    type: RunProgressDto,
    nullable: true,
    description: 'The progress of the active run, at most a few seconds old; null when none is active.',
  })
  current_run!: RunProgressDto | null;

  @ApiProperty({ description: 'Whether the scheduler runs. While it is stopped, no job has a next run.' })
  scheduler_running!: boolean;

  @ApiProperty({ type: [ScheduledJobDto], description: 'The scheduled jobs, each with its next run.' })
  scheduled_jobs!: ScheduledJobDto[];

  static from(
    { active, last, totals }: RunsOverview,
    { running, jobs }: SchedulesOverview,
    user: AuthUser | null = null,
  ): PipelineStatusDto {
    return {
      is_running: active !== null,
      last_run: last === null ? null : RunDto.from(last, user),
      total_runs: totals.total,
      successful_runs: totals.successful,
      failed_runs: totals.failed,
      partial_runs: totals.partial,
      average_duration_seconds: totals.averageDurationSeconds,
      current_run: active === null ? null : RunProgressDto.from(active.run, active.progress),
      scheduler_running: running,
      scheduled_jobs: jobs.map((job) => ScheduledJobDto.from(job)),
    };
  }
}
