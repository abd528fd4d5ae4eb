import { BadRequestException } from '@nestjs/common';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayUnique,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsOptional,
  Max,
  Min,
} from 'class-validator';
import {
  CATEGORIES,
  type Category,
  CUSTOM_DEFAULTS,
  customPlan,
  MAX_ENRICHMENT,
  MAX_PAGES,
  presetPlan,
  type RunPlan,
  UPDATE_TYPES,
  type UpdateType,
} from '../../../runs/run-plan.js';
import { RUN_STATUSES, type RunStatus } from '../../../runs/run.js';

/** What to run. All options but `update_type` require `custom`. */
export class TriggerRunDto {
  @ApiPropertyOptional({
    enum: UPDATE_TYPES,
    enumName: 'UpdateType',
    default: 'quick',
    description: 'Case-insensitive.',
  })
  @IsOptional()
  @Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? value.toLowerCase() : value))
  @IsIn(UPDATE_TYPES)
  update_type?: UpdateType;

  @ApiPropertyOptional({
    enum: CATEGORIES,
    enumName: 'Category',
    isArray: true,
    default: CUSTOM_DEFAULTS.categories,
    description: 'The lists to collect; may be empty if trending is included or stored movies are refreshed.',
  })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(CATEGORIES.length)
  @ArrayUnique()
  @IsIn(CATEGORIES, { each: true })
  categories?: Category[];

  @ApiPropertyOptional({
    type: 'integer',
    minimum: 1,
    maximum: MAX_PAGES,
    default: CUSTOM_DEFAULTS.pages_per_category,
    description: 'Pages of each list; a page has 20 movies.',
  })
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(MAX_PAGES)
  pages_per_category?: number;

  @ApiPropertyOptional({ default: CUSTOM_DEFAULTS.include_trending, description: 'Three pages.' })
  @IsOptional()
  @IsBoolean()
  include_trending?: boolean;

  @ApiPropertyOptional({
    description:
      'Whether to fetch details as well. Default: true if `max_enrichment` or `refresh_incomplete` is given, else false.',
  })
  @IsOptional()
  @IsBoolean()
  enrich_data?: boolean;

  @ApiPropertyOptional({
    type: 'integer',
    minimum: 0,
    maximum: MAX_ENRICHMENT,
    default: CUSTOM_DEFAULTS.max_enrichment,
    description: 'The most movies whose details are fetched.',
  })
  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(MAX_ENRICHMENT)
  max_enrichment?: number;

  @ApiPropertyOptional({
    default: CUSTOM_DEFAULTS.incremental,
    description: 'False: treat every collected movie as due.',
  })
  @IsOptional()
  @IsBoolean()
  incremental?: boolean;

  @ApiPropertyOptional({
    default: CUSTOM_DEFAULTS.refresh_all,
    description:
      'True: fetch the details of every stored movie again, due or not. `enrich_data` and `max_enrichment` do not apply.',
  })
  @IsOptional()
  @IsBoolean()
  refresh_all?: boolean;

  @ApiPropertyOptional({
    default: CUSTOM_DEFAULTS.refresh_incomplete,
    description:
      'True: first fetch the details of stored movies that an earlier version enriched and that lack newer columns, ' +
      'the most popular first, up to `max_enrichment`.',
  })
  @IsOptional()
  @IsBoolean()
  refresh_incomplete?: boolean;
}

/**
 * The plan of the run that a request describes.
 * @throws BadRequestException when its options contradict each other
 */
export function planOfRequest({ update_type: requested, ...options }: TriggerRunDto): RunPlan {
  const update_type = requested ?? 'quick';
  const entries: [string, unknown][] = Object.entries(options);
  const given = entries.filter(([, value]) => value !== undefined && value !== null);
  if (update_type === 'custom') return planOfOptions(Object.fromEntries(given));
  if (given.length === 0) return presetPlan(update_type);
  const names = given.map(([name]) => name).join(', ');
  throw new BadRequestException(
    `${names} requires "update_type": "custom". Leave it out, or request a custom run.`,
  );
}

function planOfOptions(options: Partial<typeof CUSTOM_DEFAULTS>): RunPlan {
  try {
    // A request that says how many movies to enrich, or which, asks for enrichment.
    const enrich_data = options.max_enrichment !== undefined || options.refresh_incomplete === true;
    return customPlan({ ...CUSTOM_DEFAULTS, enrich_data, ...options });
  } catch (error) {
    if (error instanceof RangeError) throw new BadRequestException(error.message);
    throw error;
  }
}

export class TriggeredRunDto {
  @ApiProperty({ example: 'Run 42 (quick) is queued.' })
  message!: string;

  @ApiProperty({ example: 42 })
  run_id!: number;

  @ApiProperty({ enum: RUN_STATUSES, enumName: 'RunStatus', example: 'QUEUED' })
  status!: RunStatus;

  @ApiProperty({ example: 'admin', description: 'The user who triggered it.' })
  triggered_by!: string;
}

export class CancelledRunDto {
  @ApiProperty({ example: 'Run 42 is being cancelled.' })
  message!: string;

  @ApiProperty({ example: 42 })
  run_id!: number;

  @ApiProperty({
    enum: RUN_STATUSES,
    enumName: 'RunStatus',
    example: 'RUNNING',
    description: 'CANCELLED for a run that was still queued.',
  })
  status!: RunStatus;
}
