import { ApiProperty } from '@nestjs/swagger';
import { UPDATE_TYPES, type UpdateType } from '../../../runs/run-plan.js';
import { RUN_WAITS, type RunWait } from '../../../runs/run-wait.js';
import {
  ACTIVE_STAGES,
  type Run,
  type RunProgress,
  RUN_STATUSES,
  type RunStatus,
} from '../../../runs/run.js';
import { SourceReportDto } from './run-details.dto.js';

const STAGES = ['queued', ...ACTIVE_STAGES] as const;

export class EnrichmentProgressDto {
  @ApiProperty({ example: 310 })
  done!: number;

  @ApiProperty({ example: 500 })
  total!: number;

  @ApiProperty({ example: 0 })
  failed!: number;
}

export class WaitingDto implements RunWait {
  @ApiProperty({
    enum: RUN_WAITS,
    enumName: 'WaitingFor',
    description:
      'throttled: TMDB requested a pause; failing: requests fail and are retried; slow: TMDB responds slowly; ' +
      'locked: another session of PostgreSQL holds a lock.',
    example: 'throttled',
  })
  for!: RunWait['for'];

  @ApiProperty({ example: 'TMDB asked for a pause (429); requests resume in 12 s.' })
  message!: string;

  @ApiProperty({
    format: 'date-time',
    description: 'When the pause ends. Any other wait that lasts is renewed before this time.',
  })
  until!: string;
}

/** The progress of an active run. */
export class RunProgressDto {
  @ApiProperty({ example: 43 })
  run_id!: number;

  @ApiProperty({
    enum: UPDATE_TYPES,
    enumName: 'UpdateType',
    nullable: true,
    description: 'Null for runs of older versions.',
  })
  update_type!: UpdateType | null;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'When a worker started the run; null while it is queued.',
  })
  started_at!: string | null;

  @ApiProperty({ enum: RUN_STATUSES, enumName: 'RunStatus', example: 'RUNNING' })
  status!: RunStatus;

  @ApiProperty({ enum: STAGES, enumName: 'RunStage', example: 'enriching' })
  stage!: (typeof STAGES)[number];

  @ApiProperty({ type: String, format: 'date-time', nullable: true, description: 'When this was recorded.' })
  at!: string | null;

  @ApiProperty({ type: [SourceReportDto], description: 'The progress of each source.' })
  sources!: SourceReportDto[];

  @ApiProperty({
    type: EnrichmentProgressDto,
    nullable: true,
    description: 'Null until the movies are selected.',
  })
  enrichment!: EnrichmentProgressDto | null;

  @ApiProperty({
    type: WaitingDto,
    nullable: true,
    description: 'What it waits for; null while nothing holds it up.',
  })
  waiting!: WaitingDto | null;

  static from(run: Run, progress: RunProgress | null): RunProgressDto {
    return {
      run_id: run.id,
      update_type: run.updateType,
      started_at: run.startedAt?.toISOString() ?? null,
      status: run.status,
      stage: progress?.stage ?? (run.status === 'QUEUED' ? 'queued' : 'collecting'),
      at: progress?.at ?? null,
      sources: (progress?.sources ?? []).map((report) => ({ ...report })),
      enrichment: progress?.enrichment ?? null,
      waiting: progress?.waiting ?? null,
    };
  }
}
