import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsInt, IsOptional, Max, Min } from 'class-validator';
import type { AuditRecord } from '../../audit/audit.repository.js';

export class AuditQueryDto {
  @ApiPropertyOptional({
    type: 'integer',
    minimum: 1,
    maximum: 100,
    default: 20,
    description: 'The most records to return.',
  })
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(100)
  limit = 20;

  @ApiPropertyOptional({
    type: 'integer',
    description: 'From the `Link` header of the previous page.',
    minimum: 1,
    maximum: Number.MAX_SAFE_INTEGER,
  })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(Number.MAX_SAFE_INTEGER)
  cursor?: number;
}

export class AuditRecordDto {
  @ApiProperty({ type: 'integer', example: 7 })
  readonly id!: number;

  @ApiProperty({ format: 'date-time', example: '2026-11-28T02:00:00.000Z' })
  readonly at!: string;

  @ApiProperty({ description: 'What was done.', example: 'run.triggered' })
  readonly action!: string;

  @ApiProperty({
    type: 'string',
    nullable: true,
    description: 'The signed-in user, or `os:NAME` of a command.',
    example: 'ann',
  })
  readonly actor!: string | null;

  @ApiProperty({
    type: 'string',
    nullable: true,
    description: "The client's address; null for a command.",
    example: '192.0.2.7',
  })
  readonly address!: string | null;

  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    description: 'What it was done to, such as `runId`, `job` or `user`.',
    example: { runId: 42, updateType: 'daily' },
  })
  readonly details!: Readonly<Record<string, unknown>>;

  static from({ at, ...record }: AuditRecord): AuditRecordDto {
    return { ...record, at: at.toISOString() };
  }
}
