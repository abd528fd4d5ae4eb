import { ApiProperty, ApiPropertyOptional, PickType } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsInt, Max, Min } from 'class-validator';
import type { RunInHistory } from '../../../runs/run-history.repository.js';
import { RunDto } from './run.dto.js';

export class HistoryQueryDto {
  @ApiPropertyOptional({
    type: 'integer',
    minimum: 1,
    maximum: 365,
    default: 90,
    description: 'Only runs queued within this number of days.',
  })
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(365)
  days = 90;
}

/** A run in few fields, for charts. */
export class RunInHistoryDto extends PickType(RunDto, [
  ...(['id', 'update_type', 'trigger', 'status', 'duration_seconds'] as const),
  ...(['movies_processed', 'tmdb_requests', 'failed'] as const),
]) {
  @ApiProperty({
    format: 'date-time',
    description: 'When a worker started it; when it was queued, if none has yet.',
  })
  started_at!: string;

  static from(run: RunInHistory): RunInHistoryDto {
    return {
      id: run.id,
      started_at: (run.startedAt ?? run.runDate).toISOString(),
      update_type: run.updateType,
      trigger: run.trigger,
      status: run.status,
      duration_seconds: run.durationSeconds,
      movies_processed: run.moviesProcessed,
      tmdb_requests: run.tmdbRequests,
      failed: run.failed,
    };
  }
}
