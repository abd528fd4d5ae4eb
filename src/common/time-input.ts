import { applyDecorators } from '@nestjs/common';
import { ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsDate, IsOptional, MaxDate, MinDate } from 'class-validator';

/** PostgreSQL and JavaScript both hold these, and both write them with a year of four digits. */
const EARLIEST = new Date('1970-01-01T00:00:00Z');
const LATEST = new Date('9999-12-31T23:59:59.999Z');
const ISO_TIME = /^(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)(Z|[+-]\d\d:\d\d)?)?$/i;

/** An optional time in ISO 8601, from 1970 to 9999; UTC without a zone. The property becomes a Date. */
export function IsTimeInput(description: string): PropertyDecorator {
  const message = '$property must be a time in ISO 8601 from 1970 to 9999, such as 2026-09-01T00:00:00Z';
  return applyDecorators(
    ApiPropertyOptional({ type: String, format: 'date-time', description }),
    IsOptional(),
    Transform(({ value }: { value: unknown }) => timeOf(value)),
    IsDate({ message }),
    MinDate(EARLIEST, { message }),
    MaxDate(LATEST, { message }),
  );
}

/** Returns an invalid date when the value is not a time. */
function timeOf(value: unknown): Date {
  const [, day = '', time = '00:00', zone = 'Z'] =
    (typeof value === 'string' ? ISO_TIME.exec(value) : null) ?? [];
  return new Date(`${day}T${time}${zone}`);
}
