import { ApiProperty } from '@nestjs/swagger';
import { TMDB_WAITS, type TmdbWait } from '../../../tmdb/tmdb-wait.js';
import { type Run, type RunProgress, RUN_STATUSES, type RunStatus } from '../../../runs/run.js';
import { SourceReportDto } from './run-details.dto.js';

const STAGES = ['queued', 'collecting', 'enriching', 'finishing'] as const;

export class EnrichmentProgressDto {
  @ApiProperty({ example: 310 })
  done!: number;

  @ApiProperty({ example: 500 })
  total!: number;

  @ApiProperty({ example: 0 })
  failed!: number;
}

export class WaitingDto implements TmdbWait {
  @ApiProperty({
    enum: TMDB_WAITS,
    enumName: 'WaitingFor',
    description:
      'throttled: TMDB asked for a pause; failing: it fails, and is tried again; slow: it takes its time.',
    example: 'throttled',
  })
  for!: TmdbWait['for'];

  @ApiProperty({ example: 'TMDB asked for a pause (429); requests resume in 12 s.' })
  message!: string;

  @ApiProperty({
    format: 'date-time',
    description: 'The end of the pause; otherwise it is said again before then if it goes on.',
  })
  until!: string;
}

/** What an active run is doing. */
export class RunProgressDto {
  @ApiProperty({ example: 43 })
  run_id!: number;

  @ApiProperty({ enum: RUN_STATUSES, enumName: 'RunStatus', example: 'RUNNING' })
  status!: RunStatus;

  @ApiProperty({ enum: STAGES, enumName: 'RunStage', example: 'enriching' })
  stage!: (typeof STAGES)[number];

  @ApiProperty({ type: String, format: 'date-time', nullable: true, description: 'When it was so.' })
  at!: string | null;

  @ApiProperty({ type: [SourceReportDto], description: 'How far each source is.' })
  sources!: SourceReportDto[];

  @ApiProperty({
    type: EnrichmentProgressDto,
    nullable: true,
    description: 'Null before the movies are chosen.',
  })
  enrichment!: EnrichmentProgressDto | null;

  @ApiProperty({
    type: WaitingDto,
    nullable: true,
    description: 'What it waits for; null while all goes well.',
  })
  waiting!: WaitingDto | null;

  static from(run: Run, progress: RunProgress | null): RunProgressDto {
    return {
      run_id: run.id,
      status: run.status,
      stage: progress?.stage ?? (run.status === 'QUEUED' ? 'queued' : 'collecting'),
      at: progress?.at ?? null,
      sources: (progress?.sources ?? []).map((report) => ({ ...report })),
      enrichment: progress?.enrichment ?? null,
      waiting: progress?.waiting ?? null,
    };
  }
}
