import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform, Type } from 'class-transformer';
import { IsIn, IsInt, IsOptional, Max, Min } from 'class-validator';
import { IsTimeInput } from '../../../common/time-input.js';
import { UPDATE_TYPES, type UpdateType } from '../../../runs/run-plan.js';
import { RUN_STATUSES, type RunStatus, type Trigger, TRIGGERS } from '../../../runs/run.js';

const MAX_INT4 = 2 ** 31 - 1;

export class RunsQueryDto {
  @ApiPropertyOptional({
    type: 'integer',
    minimum: 1,
    maximum: 100,
    default: 20,
    description: 'The most runs to return.',
  })
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(100)
  limit = 20;

  @ApiPropertyOptional({ enum: RUN_STATUSES, enumName: 'RunStatus', description: 'Case-insensitive.' })
  @IsOptional()
  @Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? value.toUpperCase() : value))
  @IsIn(RUN_STATUSES)
  status?: RunStatus;

  @ApiPropertyOptional({ enum: UPDATE_TYPES, enumName: 'UpdateType', description: 'Only runs of this type.' })
  @IsOptional()
  @IsIn(UPDATE_TYPES)
  update_type?: UpdateType;

  @ApiPropertyOptional({ enum: TRIGGERS, enumName: 'Trigger', description: 'Only runs triggered by this.' })
  @IsOptional()
  @IsIn(TRIGGERS)
  trigger?: Trigger;

  @IsTimeInput('Only runs queued at or after this time, such as 2026-09-01T00:00:00Z; UTC without a zone.')
  since?: Date;

  @IsTimeInput('Only runs queued at or before this time, such as 2026-09-30T23:59:59Z; UTC without a zone.')
  until?: Date;

  @ApiPropertyOptional({
    type: 'integer',
    description: 'From the `Link` header of the previous page.',
    minimum: 1,
    maximum: MAX_INT4,
  })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(MAX_INT4)
  cursor?: number;
}

/** The faults of the run id 0. */
export const BAD_RUN_ID = ['id must not be less than 1'];

export class RunIdDto {
  @ApiProperty({
    type: 'integer',
    minimum: 1,
    maximum: MAX_INT4,
    description: 'The id of a run.',
    example: 42,
  })
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(MAX_INT4)
  id!: number;
}
