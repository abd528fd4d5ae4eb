import { ApiProperty } from '@nestjs/swagger';
import type { PipelineStatus } from '../runs.service.js';
import type { RunProgress } from '../run.js';
import { RunDto } from './run.dto.js';
import { SourceReportDto } from './run-details.dto.js';

const STAGES = ['collecting', 'enriching', 'finishing'] as const satisfies RunProgress['stage'][];

export class EnrichmentProgressDto {
  @ApiProperty({ example: 310 })
  done!: number;

  @ApiProperty({ example: 500 })
  total!: number;

  @ApiProperty({ example: 0 })
  failed!: number;
}

export class CurrentRunDto {
  @ApiProperty({ example: 43 })
  run_id!: number;

  @ApiProperty({ enum: STAGES })
  stage!: RunProgress['stage'];

  @ApiProperty({ type: [SourceReportDto] })
  sources!: SourceReportDto[];

  @ApiProperty({ type: EnrichmentProgressDto, nullable: true })
  enrichment!: EnrichmentProgressDto | null;
}

export class PipelineStatusDto {
  @ApiProperty()
  is_running!: boolean;

  @ApiProperty({ type: RunDto, nullable: true })
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
    type: CurrentRunDto,
    nullable: true,
    description: 'What the active run is doing, seconds ago.',
  })
  current_run!: CurrentRunDto | null;

  static from(status: PipelineStatus): PipelineStatusDto {
    const { figures, active } = status;
    return {
      is_running: active !== null,
      last_run: status.last === null ? null : RunDto.from(status.last),
      total_runs: figures.total,
      successful_runs: figures.successful,
      failed_runs: figures.failed,
      partial_runs: figures.partial,
      average_duration_seconds: figures.averageDurationSeconds,
      current_run: active === null ? null : currentRun(active),
    };
  }
}

function currentRun({ run, progress }: NonNullable<PipelineStatus['active']>): CurrentRunDto | null {
  if (progress === null) return null;
  return {
    run_id: run.id,
    stage: progress.stage,
    sources: progress.sources.map((report) => ({ ...report })),
    enrichment: progress.enrichment === null ? null : { ...progress.enrichment },
  };
}
