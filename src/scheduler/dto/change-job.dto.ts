import { applyDecorators } from '@nestjs/common';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsBoolean, ValidateBy, ValidateIf } from 'class-validator';
import { cronFault, isTimeZone } from '../../common/cron-rule.js';

const CRON = {
  description:
    'Five fields: minute, hour, day of the month, month, day of the week (0 is Sunday). Refused when it never fires, ' +
    'or when a step after `*` does not divide the minutes, hours or months evenly.',
  example: '30 4 * * *',
  maxLength: 100,
};
const TIME_ZONE = { description: 'IANA time zone name.', example: 'Europe/Paris', maxLength: 64 };

/** The field may be missing, but not null. */
function MayBeMissing(): PropertyDecorator {
  return ValidateIf((_, value) => value !== undefined);
}

function IsCron(): PropertyDecorator {
  return applyDecorators(
    Transform(({ value }: { value: unknown }) =>
      typeof value === 'string' ? value.trim().replace(/\s+/g, ' ') : value,
    ),
    ValidateBy({
      name: 'cron',
      validator: {
        validate: (value: unknown) => typeof value === 'string' && cronFault(value) === null,
        defaultMessage: (args) => {
          const value: unknown = args?.value;
          return `cron: ${(typeof value === 'string' ? cronFault(value) : null) ?? 'it must be a string'}`;
        },
      },
    }),
  );
}

function IsTimeZoneName(): PropertyDecorator {
  return ValidateBy({
    name: 'timezone',
    validator: {
      validate: (value: unknown) => typeof value === 'string' && isTimeZone(value),
      defaultMessage: () => 'timezone must be a time zone such as UTC or Europe/Paris',
    },
  });
}

export class ChangeJobDto {
  @ApiPropertyOptional(CRON)
  @MayBeMissing()
  @IsCron()
  cron?: string;

  @ApiPropertyOptional(TIME_ZONE)
  @MayBeMissing()
  @IsTimeZoneName()
  timezone?: string;

  @ApiPropertyOptional({ description: 'Whether the job fires.' })
  @MayBeMissing()
  @IsBoolean()
  enabled?: boolean;
}

/** A schedule that is not stored. */
export class PreviewQueryDto {
  @ApiProperty(CRON)
  @IsCron()
  cron!: string;

  @ApiPropertyOptional({ ...TIME_ZONE, type: String, default: 'UTC' })
  @MayBeMissing()
  @IsTimeZoneName()
  timezone = 'UTC';
}
